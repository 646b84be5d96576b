"""How often the gradient doctor and four published rule sets are right on the benchmark's reporting half."""

TITLE = "Verdicts on the {doctor_benchmark.nets.reporting} nets of the reporting half"

JUDGES = {
    "doctor": "the gradient doctor",
    "sagemaker": "SageMaker Debugger",
    "autotrainer": "AUTOTRAINER",
    "deepdiagnosis": "DeepDiagnosis",
    "thedeepchecker": "TheDeepChecker",
}


def rows(quote):
    """One row per judge."""
    made = []
    for judge, name in JUDGES.items():
        key = f"doctor_benchmark.{judge}.reporting"
        own = "-" if judge == "doctor" else quote(f"{key}.recall.own")
        doctor = (
            "-"
            if judge == "doctor"
            else quote(f"doctor_benchmark.doctor.reporting.recall.own.{judge}")
        )
        made.append(
            [
                name,
                quote(f"{key}.right"),
                quote(f"{key}.recall"),
                own,
                doctor,
                quote(f"{key}.false", ".0%"),
            ]
        )
    return [
        "Judge",
        "Right",
        "Mean recall, all classes",
        "Mean recall, own faults",
        "The doctor on the same",
        "False alarms",
    ], made

"""python -m tests.mutations [KIND ...]: judge the mutations of the kinds whose name holds one of these words; without words, all."""

import os
import queue
import sys
import threading

from tests.mutations.judges import Copy, Verdict
from tests.mutations.makers import KINDS, Mutation, draw
from tests.mutations.score import keep, tallied

COPIES = int(os.environ.get("MUTATION_COPIES", os.cpu_count() or 1))


def main(words: list[str]) -> int:
    """Print what noticed each mutation, and keep the score; exit code 1 when one survived, 2 when nothing can be judged."""
    kinds = [kind for kind in KINDS if not words or any(word in kind for word in words)]
    if not kinds:
        print(
            f"no kind of mutation is called {' '.join(words)!r}; there are: {', '.join(KINDS)}",
            file=sys.stderr,
        )
        return 2
    if _fails_already([]):
        return 2
    judged = _judge([mutation for kind in kinds for mutation in draw(kind)])
    if _fails_already([verdict for _, verdict in judged]):
        return 2
    keep(
        {kind: tallied([(m, v) for m, v in judged if m.kind == kind]) for kind in kinds},
        list(KINDS),
    )
    survived = sum(not verdict.by for _, verdict in judged)
    print(f"{len(judged)} mutations, {len(judged) - survived} noticed, {survived} not")
    return 1 if survived else 0


def _fails_already(verdicts: list[Verdict]) -> bool:
    """Whether a check or test that noticed something fails in an untouched copy, too; then it noticed nothing."""
    with Copy() as untouched:
        broken = untouched.refuse(verdicts)
    if broken:
        print(
            f"without any mutation this fails already, so nothing is kept: {broken}",
            file=sys.stderr,
        )
    return bool(broken)


def _judge(mutations: list[Mutation]) -> list[tuple[Mutation, Verdict]]:
    """All verdicts, in the order of the mutations; as many copies work side by side as there are cores."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    for number in range(len(mutations)):
        waiting.put(number)
    verdicts: dict[int, Verdict] = {}

    def work() -> None:
        with Copy() as copy:
            while not waiting.empty():
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                mutation = mutations[number]
                verdicts[number] = verdict = copy.judge(mutation)
                print(
                    f"{mutation.kind}: {mutation}, line {mutation.line}: {verdict.what or 'SURVIVED'}",
                    flush=True,
                )

    workers = [threading.Thread(target=work) for _ in range(COPIES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [(mutation, verdicts[number]) for number, mutation in enumerate(mutations)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

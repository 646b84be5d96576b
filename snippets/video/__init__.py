"""The sixty-second explainer: its sentences, its frames, and the program that makes it from the committed results."""

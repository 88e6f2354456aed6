"""The quality screen: inputs, steps, scores, summaries, outcomes."""

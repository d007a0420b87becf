"""What is wrong with Spark, in one sentence."""


class SparkError(RuntimeError):
    """Spark cannot do what was asked; the message is one sentence that says what to do."""

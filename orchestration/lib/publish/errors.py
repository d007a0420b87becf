"""What can go wrong while publishing."""


class PublishError(RuntimeError):
    """Nothing was published and the old version is as it was; the message says why and what to do."""

"""The influencer ROI pipeline: loading, building, publishing, and the command line around them."""

__version__ = "0.1.0"

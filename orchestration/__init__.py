"""The influencer ROI pipeline: loading, building, publishing, and the command line around them."""

import os

# Before NumPy is imported. The matrices of attribution, halo and lifetime value are small: threads that wait
# for each other in a loop cost more than they bring, and sums must not depend on how many cores there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"

"""What posts bring that no click and no code shows."""

from orchestration.lib.halo.series import Halo, Posts, estimate

__all__ = ["Halo", "Posts", "estimate"]

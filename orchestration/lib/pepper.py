"""The key behind every published hash of a person."""

import hashlib
import hmac


def pepper(hash_key: bytes) -> str:
    """HMAC-SHA256 of `people` under the hash key, in hex: one derived key for one purpose."""
    return hmac.new(hash_key, b"people", hashlib.sha256).hexdigest()

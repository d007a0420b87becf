"""Apache Spark as the engine: a cluster on this machine, raw files for it, and its tables read back."""

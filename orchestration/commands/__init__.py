"""Commands of the `roi` command line, a module a topic. They import what they need when they run."""

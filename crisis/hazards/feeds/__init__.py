"""One module for each feed. A feed turns what an agency sends into `Reading`s, and does no more."""

"""Writers: what an act of a machine changes in the books."""

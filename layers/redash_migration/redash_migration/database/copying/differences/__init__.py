"""Only what has changed since an earlier copy, found by hashes of the rows on both servers."""

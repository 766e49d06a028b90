"""Many submissions: graded by several workers, here or on a Dask cluster, compared, and written up for an LMS."""

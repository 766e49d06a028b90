"""Grading on a Dask cluster: `client` gives out the work, `worker` is what runs on Dask's workers."""

"""The worker: runs the foreign steps of Beamstack's pipelines."""

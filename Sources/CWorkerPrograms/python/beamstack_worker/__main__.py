"""`python -m beamstack_worker`: serves the host on the descriptors 3 and 4."""

from beamstack_worker.worker import main

main()

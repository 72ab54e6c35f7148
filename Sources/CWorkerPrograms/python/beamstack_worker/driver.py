"""`python -m beamstack_worker.driver PROGRAM [ARGUMENT…]`: runs an engine's driver, which must not outlive its host.

Descriptor 3 is a pipe that nothing is ever written to: it ends when the host does, however that happens.
"""

import os
import runpy
import signal
import sys
import threading


def follow_host():
    try:
        while os.read(3, 1):
            pass
    except OSError:
        pass
    # The group is ours: Python, the JVM that it has started, and what that has started.
    os.killpg(0, signal.SIGKILL)


def main():
    os.set_inheritable(3, False)
    threading.Thread(target=follow_host, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PACKAGES = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../../Sources/CWorkerPrograms/python"))


class DriverTests(unittest.TestCase):
    def start(self, program, *arguments):
        """A driver in a group of its own, and the pipe without which it ends."""
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        path = os.path.join(self.folder.name, "pipeline.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(program)
        reading, writing = os.pipe()

        def prepare():
            os.setpgid(0, 0)
            os.dup2(reading, 3)
            os.set_inheritable(3, True)

        # Descriptor 3 may be the pipe's own, so that what is passed on is said and not counted.
        process = subprocess.Popen(
            [sys.executable, "-m", "beamstack_worker.driver", path, *arguments], preexec_fn=prepare,
            pass_fds=(3,), stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": PACKAGES})
        self.addCleanup(process.stdout.close)
        os.close(reading)
        return process, writing

    def test_a_program_runs_as_by_itself(self):
        process, writing = self.start("import sys\nprint(__name__, sys.argv[1:])\nsys.exit(3)\n", "--staging", "x")
        self.assertEqual(process.stdout.read(), b"__main__ ['--staging', 'x']\n")
        self.assertEqual(process.wait(30), 3)
        os.close(writing)

    def test_it_ends_with_its_host_and_takes_its_children_along(self):
        process, writing = self.start(
            "import subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n"
            "print(child.pid, flush=True)\ntime.sleep(600)\n")
        child = int(process.stdout.readline())
        os.close(writing)
        self.assertEqual(process.wait(30), -signal.SIGKILL)
        for _ in range(100):
            try:
                with open(f"/proc/{child}/stat", encoding="utf-8") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                        return
            except FileNotFoundError:
                return
            time.sleep(0.05)
        self.fail("the child goes on")


if __name__ == "__main__":
    unittest.main()

import Testing

@testable import Deployment

/// What a driver's log of Spark 4.3.0 comes down to; frames of Java are left out.
struct SparkLogTests {
    private func cause(_ text: String) throws -> String? {
        var log = SparkLog { _ in }
        for line in text.split(separator: "\n") { log.add(String(line)) }
        return log.cause
    }

    private func failed(with exception: String) -> String {
        """
        org.apache.spark.api.python.PythonException: [PYTHON_EXCEPTION] An exception was thrown from the Python worker: Traceback (most recent call last):
          File "/cache/beamstack_worker/python_code.py", line 107, in _new_scope
            raise code.missing(error) from None
        \(exception)
         SQLSTATE: 38000
        Traceback (most recent call last):
          File "/work/program/pipeline.py", line 90, in main
        pyspark.errors.exceptions.captured.PythonException: An exception was thrown from the Python worker:
        """
    }

    @Test func theInnermostExceptionIsTold() throws {
        #expect(try cause(failed(with: "ValueError: boom")) == "ValueError: boom")
        #expect(try cause(failed(with: "pandas.errors.ParserError: odd")) == "pandas.errors.ParserError: odd")
    }

    @Test func errorsOfOursAreToldInTheirWords() throws {
        let text = failed(with: "beamstack_worker.tasks.TaskError: the code imports 'x', which is not installed")
        #expect(try cause(text) == "the code imports 'x', which is not installed")
    }

    @Test func withoutPythonSparksOwnWordsAreTold() throws {
        let text = """
            pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] Path does not exist: file:/x. SQLSTATE: 42K03
            """
        #expect(try cause(text) == "[PATH_NOT_FOUND] Path does not exist: file:/x.")
    }
}

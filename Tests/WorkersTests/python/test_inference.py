"""`inference.run`: real models of scikit-learn, ONNX, PyTorch and Python packages, and an endpoint over HTTP."""

import json
import os
import pickle
import sys
import tempfile
import textwrap
import unittest
from importlib.util import find_spec
from unittest import mock

import support
from beamstack_worker.arrow import decode
from beamstack_worker.arrow_writer import encode
from beamstack_worker.inference import RunInference
from beamstack_worker.tasks import Context, TaskError
from beamstack_worker.values import ANY, DOUBLE, INT64, STRING, Batch, Field, Schema, list_of
from openai_server import Endpoint

FLOWERS = {"length": [5.1, 6.2, 4.9, 7.7], "width": [3.5, 2.2, 3.0, 2.6]}
NUMBERS = {"length": DOUBLE, "width": DOUBLE}


def batch_of(types, columns):
    schema = Schema([Field(name, type) for name, type in types.items()])
    return Batch(schema, list(columns.values()))


class InferenceTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.log = []

    def task(self, config, batch):
        context = Context(self.folder, self.folder, self.log.append)
        task = RunInference(config, [batch.schema], context)
        self.addCleanup(task.close)
        return task

    def run_batch(self, type, handler, types, columns, **config):
        """The values of the new field, and failures by row."""
        batch = batch_of(types, columns)
        task = self.task({"model_handler": {"type": type, "config": handler}, **config}, batch)
        needed = task.needs()[0]
        if needed is not None:
            # As the host does it, only what the task reads is there.
            fields = [batch.schema[name] for name in needed]
            batch = Batch(Schema(fields), [batch.column(name) for name in needed], batch.count)
        task.open()
        result = task.process(batch)
        # What cannot be encoded is no value of a column.
        column = decode(encode(result.batches[0].schema, result.batches))[1][0].columns[0]
        return column, {failure.row: str(failure.error) for failure in result.failures}

    def refused(self, code, path, type, handler, types=NUMBERS, columns=FLOWERS, **config):
        with self.assertRaises(TaskError) as raised:
            self.run_batch(type, handler, types, columns, **config)
        error = raised.exception
        self.assertEqual((error.code, error.path), (code, [str(part) for part in path]), error.message)
        return error

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
        return path


CONFIG = ["model_handler", "config"]


@unittest.skipUnless(find_spec("sklearn"), "needs scikit-learn")
class SklearnTests(InferenceTests):
    def model(self, name="flowers.pkl", frame=False):
        from sklearn.linear_model import LogisticRegression

        rows = [[5.0, 3.4], [5.2, 3.1], [6.5, 2.5], [7.1, 2.9]]
        if frame:
            import pandas

            rows = pandas.DataFrame(rows, columns=["length", "width"])
        model = LogisticRegression().fit(rows, ["small", "small", "large", "large"])
        self.file(name, pickle.dumps(model))
        return model

    def test_results_are_beams(self):
        model = self.model()
        column, failures = self.run_batch("SklearnModelHandlerNumpy", {"model_uri": "flowers.pkl"}, NUMBERS, FLOWERS)
        expected = model.predict([list(row) for row in zip(*FLOWERS.values())])
        self.assertEqual([value.inference for value in column], list(expected))
        self.assertEqual([value.example for value in column], [list(row) for row in zip(*FLOWERS.values())])
        self.assertEqual({value.model_id for value in column}, {"flowers.pkl"})
        self.assertEqual(failures, {})

    @unittest.skipUnless(find_spec("apache_beam"), "needs apache-beam")
    def test_beam_gives_the_same(self):
        import numpy
        from apache_beam.ml.inference.sklearn_inference import SklearnModelHandlerNumpy

        self.model()
        column, _ = self.run_batch("SklearnModelHandlerNumpy", {"model_uri": "flowers.pkl"}, NUMBERS, FLOWERS)
        handler = SklearnModelHandlerNumpy(os.path.join(self.folder, "flowers.pkl"))
        theirs = handler.run_inference([numpy.array(row) for row in zip(*FLOWERS.values())], handler.load_model())
        self.assertEqual(
            [(value.example, value.inference) for value in column],
            [(each.example.tolist(), each.inference) for each in theirs],
        )

    def test_plain_results_of_a_type(self):
        self.model()
        column, _ = self.run_batch(
            "SklearnModelHandlerNumpy", {"model_uri": "flowers.pkl"}, NUMBERS, FLOWERS, output_type="string"
        )
        self.assertEqual(column, ["small", "large", "small", "large"])
        probabilities, _ = self.run_batch(
            "SklearnModelHandlerNumpy",
            {"model_uri": "flowers.pkl", "method": "predict_proba"},
            NUMBERS,
            FLOWERS,
            output_type={"type": "array", "items": {"type": "number"}},
        )
        self.assertEqual([round(sum(each), 9) for each in probabilities], [1.0] * 4)

    def test_functions_around_the_model(self):
        self.model()
        handler = {
            "model_uri": "flowers.pkl",
            "preprocess": {"callable": "import numpy\ndef f(row):\n  return numpy.array([row.length, row.width])"},
            "postprocess": {"callable": "lambda x: {'size': x.inference, 'by': x.model_id}"},
        }
        types = {"id": INT64, **NUMBERS}
        column, _ = self.run_batch("SklearnModelHandlerNumpy", handler, types, {"id": [1, 2, 3, 4], **FLOWERS})
        self.assertEqual(column[0], {"size": "small", "by": "flowers.pkl"})
        self.file("around.py", "import numpy\ndef make(row):\n    return numpy.array([row['length'], row['width']])\n")
        handler["preprocess"] = {"path": "around.py", "name": "make"}
        again, _ = self.run_batch("SklearnModelHandlerNumpy", handler, types, {"id": [1, 2, 3, 4], **FLOWERS})
        self.assertEqual(again, column)

    def test_one_bad_row_fails_alone(self):
        self.model()
        broken = {"length": [5.1, None, 4.9], "width": [3.5, 2.2, 3.0]}
        column, failures = self.run_batch(
            "SklearnModelHandlerNumpy", {"model_uri": "flowers.pkl"}, NUMBERS, broken, output_type="string"
        )
        self.assertEqual([column[0], column[2]], ["small", "small"])
        self.assertEqual(list(failures), [1])
        self.assertIn("NaN", failures[1])
        handler = {"model_uri": "flowers.pkl", "preprocess": {"callable": "lambda row: [row.length / row.width, 1]"}}
        _, failures = self.run_batch(
            "SklearnModelHandlerNumpy", handler, NUMBERS, {"length": [1.0, 2.0], "width": [0.0, 1.0]}
        )
        self.assertIn("division", failures[0])

    def test_batches_of_a_size(self):
        self.file(
            "counting.py",
            """
            class Model:
                def predict(self, examples):
                    return [len(examples)] * len(examples)
            """,
        )
        with mock.patch.object(sys, "path", [self.folder, *sys.path]):
            import counting

            self.file("counting.pkl", pickle.dumps(counting.Model()))
            column, _ = self.run_batch(
                "SklearnModelHandlerNumpy",
                {"model_uri": "counting.pkl", "max_batch_size": 3},
                NUMBERS,
                FLOWERS,
                output_type="integer",
            )
        self.assertEqual(column, [3, 3, 3, 1])

    @unittest.skipUnless(find_spec("pandas"), "needs pandas")
    def test_frames_keep_names(self):
        self.model(frame=True)
        # The columns come in another order, and there is one more.
        types = {"width": DOUBLE, "id": STRING, "length": DOUBLE}
        columns = {"width": FLOWERS["width"], "id": ["a", "b", "c", "d"], "length": FLOWERS["length"]}
        column, failures = self.run_batch("SklearnModelHandlerPandas", {"model_uri": "flowers.pkl"}, types, columns)
        self.assertEqual(failures, {})
        self.assertEqual([value.inference for value in column], ["small", "large", "small", "large"])
        self.assertEqual(column[0].example.as_dict(), {"width": 3.5, "id": "a", "length": 5.1})

    def test_errors(self):
        self.model()
        kind = "SklearnModelHandlerNumpy"
        error = self.refused("model-not-found", [*CONFIG, "model_uri"], kind, {"model_uri": "flower.pkl"})
        self.assertIn("flowers.pkl", error.notes[0])
        self.refused("invalid-configuration", [*CONFIG, "model_uri"], kind, {"model_uri": "gs://bucket/flowers.pkl"})
        self.refused("missing-package", [*CONFIG, "model_uri"], kind, {"model_uri": "package:no-such-thing/m.pkl"})
        self.file("broken.pkl", b"\x80\x04\x95\xff")
        self.refused("model-not-found", [*CONFIG, "model_uri"], kind, {"model_uri": "broken.pkl"})
        self.file("absent.pkl", b"cno_such_module\nModel\n.")
        self.refused("missing-package", [*CONFIG, "model_uri"], kind, {"model_uri": "absent.pkl"})
        good = {"model_uri": "flowers.pkl"}
        self.refused("invalid-configuration", [*CONFIG, "method"], kind, {**good, "method": "predictt"})
        self.refused("invalid-configuration", [*CONFIG, "features"], kind, {**good, "features": ["size"]})
        self.refused("invalid-configuration", [*CONFIG, "modle"], kind, {**good, "modle": 1})
        self.refused("invalid-configuration", [*CONFIG, "max_batch_size"], kind, {**good, "max_batch_size": 0})
        self.refused(
            "invalid-callable",
            [*CONFIG, "preprocess", "callable"],
            kind,
            {**good, "preprocess": {"callable": "lambda"}},
        )
        self.refused(
            "invalid-configuration", [*CONFIG, "preprocess"], kind, {**good, "preprocess": {"expression": "x"}}
        )
        self.refused("invalid-configuration", ["model_handler"], kind, good, {"name": STRING}, {"name": ["a"]})
        self.refused("invalid-configuration", ["inference_tag"], kind, good, inference_tag="width")
        self.refused("invalid-configuration", ["output_type"], kind, good, output_type="text")
        self.refused("invalid-configuration", ["model_handler", "type"], "SklearnModelHandler", good)
        self.refused("invalid-configuration", ["model_handler", "type"], "VertexAIModelHandlerJSON", {})


@unittest.skipUnless(find_spec("onnx") and find_spec("onnxruntime"), "needs onnx and onnxruntime")
class OnnxTests(InferenceTests):
    def model(self):
        import numpy
        from onnx import TensorProto, helper, numpy_helper

        # Two outputs: the weighted sum of each row, and its double.
        nodes = [
            helper.make_node("MatMul", ["x", "weights"], ["sum"]),
            helper.make_node("Add", ["sum", "sum"], ["double"]),
        ]
        graph = helper.make_graph(
            nodes,
            "weighted",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1]) for name in ("sum", "double")],
            [numpy_helper.from_array(numpy.array([[1.0], [10.0]], numpy.float32), "weights")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        self.file("weighted.onnx", model.SerializeToString())

    def test_runs(self):
        self.model()
        numbers = {"length": [1.0, 2.0], "width": [0.5, 0.25]}
        floats = {"type": "array", "items": "number"}
        column, _ = self.run_batch(
            "OnnxModelHandlerNumpy", {"model_uri": "weighted.onnx"}, NUMBERS, numbers, output_type=floats
        )
        self.assertEqual(column, [[6.0], [4.5]])
        handler = {"model_uri": "weighted.onnx", "output": "double", "features": ["width", "length"], "device": "auto"}
        column, _ = self.run_batch("OnnxModelHandlerNumpy", handler, NUMBERS, numbers, output_type=floats)
        self.assertEqual(column, [[21.0], [40.5]])
        vectors, _ = self.run_batch(
            "OnnxModelHandlerNumpy",
            {"model_uri": "weighted.onnx"},
            {"v": list_of(DOUBLE)},
            {"v": [[1.0, 2.0]]},
            output_type=floats,
        )
        self.assertEqual(vectors, [[21.0]])

    def test_errors(self):
        self.model()
        kind = "OnnxModelHandlerNumpy"
        self.refused(
            "invalid-configuration", [*CONFIG, "output"], kind, {"model_uri": "weighted.onnx", "output": "mean"}
        )
        self.file("broken.onnx", b"no model")
        self.refused("model-not-found", [*CONFIG, "model_uri"], kind, {"model_uri": "broken.onnx"})
        _, failures = self.run_batch(kind, {"model_uri": "weighted.onnx", "features": ["length"]}, NUMBERS, FLOWERS)
        self.assertEqual(list(failures), [0, 1, 2, 3])


class PythonTests(InferenceTests):
    TEXTS = {"text": ["a wonderful day", "what a terrible meal", None]}

    @unittest.skipUnless(find_spec("vaderSentiment"), "needs vaderSentiment")
    def test_a_class_in_a_package(self):
        handler = {
            "model": "vaderSentiment.vaderSentiment.SentimentIntensityAnalyzer",
            "method": "polarity_scores",
            "field": "text",
            "postprocess": {"callable": "lambda x: x.inference['compound']"},
        }
        column, failures = self.run_batch(
            "PythonModelHandler", handler, {"text": STRING}, self.TEXTS, output_type="number"
        )
        self.assertGreater(column[0], 0.5)
        self.assertLess(column[1], -0.4)
        self.assertEqual(list(failures), [2])

    @unittest.skipUnless(find_spec("py3langid"), "needs py3langid")
    def test_a_function_in_a_package(self):
        texts = {"text": ["Where is the station?", "Où est la gare ?", "Wo ist der Bahnhof?"]}
        handler = {"model": "py3langid.classify", "field": "text"}
        column, _ = self.run_batch("PythonModelHandler", handler, {"text": STRING}, texts)
        self.assertEqual([value.inference[0] for value in column], ["en", "fr", "de"])
        self.assertEqual(column[0].model_id, "py3langid.classify")

    @unittest.skipUnless(find_spec("wordllama"), "needs wordllama")
    def test_a_model_made_by_code(self):
        handler = {
            "model": {
                "callable": textwrap.dedent("""
                import pathlib, wordllama
                class Near:
                    def __init__(self, words):
                        folder = pathlib.Path(wordllama.__file__).parent
                        self.model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
                        self.words = words
                    def __call__(self, texts):
                        return [self.model.rank(text, self.words)[0][0] for text in texts]
                """)
            },
            "arguments": {"words": ["animals", "money"]},
            "batched": True,
            "field": "text",
        }
        texts = {"text": ["cats and dogs", "the bank's interest rates"]}
        column, _ = self.run_batch("PythonModelHandler", handler, {"text": STRING}, texts, output_type="string")
        self.assertEqual(column, ["animals", "money"])

    def test_rows_and_arguments(self):
        code = {"callable": "def f(row, factor=1):\n  return row.x * factor"}
        column, failures = self.run_batch(
            "PythonModelHandler", {"model": code}, {"x": ANY}, {"x": [1, "ab", None]}, inference_args={"factor": 3}
        )
        self.assertEqual([value and value.inference for value in column], [3, "ababab", None])
        self.assertIn("NoneType", failures[2])

    def test_errors(self):
        kind = "PythonModelHandler"
        self.refused("missing-package", [*CONFIG, "model"], kind, {"model": "no_such_package.run"})
        self.refused("invalid-callable", [*CONFIG, "model"], kind, {"model": "json.load_all"})
        self.refused("invalid-configuration", [*CONFIG, "method"], kind, {"model": "json.JSONDecoder", "method": "run"})
        self.refused("invalid-configuration", [*CONFIG, "model"], kind, {"model": "json.JSONDecoder"})
        self.refused("invalid-configuration", ["model_handler"], kind, {})
        model = {"callable": "lambda examples: examples[:1]"}
        error = self.refused("invalid-configuration", ["model_handler"], kind, {"model": model, "batched": True})
        self.assertIn("1 results for 4 examples", error.message)


class OpenAITests(InferenceTests):
    def ask(self, server, types=None, columns=None, arguments=None, **handler):
        config = {"model": "parrot", "base_url": server.url, "api_key_variable": "TEST_KEY", **handler}
        with mock.patch.dict(os.environ, {"TEST_KEY": "secret-key"}):
            return self.run_batch(
                "OpenAIModelHandler",
                config,
                types or {"text": STRING},
                columns or {"text": ["one", "two"]},
                inference_args=arguments or {},
                output_type="any",
            )

    def test_chat(self):
        with Endpoint() as server:
            column, failures = self.ask(server, arguments={"temperature": 0}, system="Be brief.")
        self.assertEqual((column, failures), (["ONE", "TWO"], {}))
        first = min(server.requests, key=lambda request: request["messages"][1]["content"])
        self.assertEqual(
            first,
            {
                "model": "parrot",
                "temperature": 0,
                "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "one"}],
            },
        )

    def test_prompts_are_filled_from_fields(self):
        types, columns = {"name": STRING, "price": DOUBLE}, {"name": ["eel", None], "price": [1.5, 2.0]}
        with Endpoint() as server:
            column, _ = self.ask(server, types, columns, prompt="Sell {name} for {price:.2f} {{now}}")
        self.assertEqual(column, ["SELL EEL FOR 1.50 {NOW}", "SELL  FOR 2.00 {NOW}"])

    def test_other_endpoints_and_answers(self):
        with Endpoint() as server:
            column, _ = self.ask(server, endpoint="completions")
            self.assertEqual(column, ["one!", "two!"])
            column, _ = self.ask(server, endpoint="embeddings")
            self.assertEqual(column, [[3.0, 1.0], [3.0, 1.0]])
            column, failures = self.ask(server, {"text": STRING}, {"text": ['{"a": [1]}', "no json"]}, answer="json")
            self.assertEqual((column[0], failures), ({"A": [1]}, {1: "the model's answer is no JSON"}))
            column, _ = self.ask(server, answer="response")
            self.assertEqual(column[0]["choices"][0]["message"]["content"], "ONE")
            preprocess = {"callable": "lambda row: {'messages': [{'role': 'user', 'content': row.text * 2}], 'n': 1}"}
            column, _ = self.ask(server, preprocess=preprocess)
            self.assertEqual(column, ["ONEONE", "TWOTWO"])

    def test_tokens_are_counted(self):
        with Endpoint() as server:
            self.ask(server)
        self.doCleanups()
        self.assertEqual(self.log, ["parrot: 2 completion tokens, 6 prompt tokens"])

    def test_busy_servers_are_asked_again(self):
        with Endpoint(script=[429, 500, "hang up"]) as server:
            column, _ = self.ask(server, concurrency=1)
        self.assertEqual(column, ["ONE", "TWO"])
        self.assertEqual(len(server.requests), 5)

    def test_a_slow_server_is_given_up(self):
        with Endpoint(script=["sleep"] * 2) as server:
            column, _ = self.ask(server, timeout=0.2, concurrency=1)
            self.assertEqual(column, ["ONE", "TWO"])
        with Endpoint(script=["sleep"] * 9) as server, self.assertRaises(TaskError) as raised:
            self.ask(server, timeout=0.1, retries=1)
        self.assertEqual((raised.exception.code, raised.exception.path), ("unreachable-service", [*CONFIG, "base_url"]))

    def test_what_is_refused_fails_its_row(self):
        with Endpoint() as server:
            column, failures = self.ask(server, columns={"text": ["x" * 60, "two", None]})
        self.assertEqual(column[1], "TWO")
        self.assertIn("too long", failures[0])
        self.assertEqual(list(failures), [0, 2])

    def test_errors(self):
        with Endpoint() as server, Endpoint(key="other") as strict, Endpoint(script=[503] * 9) as down:
            for code, part, where, handler in [
                ("model-not-found", "model", server, {"model": "eagle"}),
                ("login-refused", "api_key", strict, {}),
                ("unreachable-service", "base_url", down, {"retries": 0}),
                ("invalid-configuration", "api_key_variable", server, {"api_key_variable": "UNSET_KEY"}),
                ("invalid-configuration", "prompt", server, {"prompt": "Say {word}"}),
                ("invalid-configuration", "prompt", server, {"prompt": "Say {text"}),
                ("invalid-configuration", "endpoint", server, {"endpoint": "images"}),
            ]:
                with self.subTest(code=code, part=part), self.assertRaises(TaskError) as raised:
                    self.ask(where, **handler)
                error = raised.exception
                self.assertEqual((error.code, error.path), (code, [*CONFIG, part]))
                self.assertNotIn("secret-key", json.dumps([error.message, error.hint, error.notes]))


@unittest.skipUnless(
    os.environ.get("BEAMSTACK_TEST_TORCH") and find_spec("torch"), "needs BEAMSTACK_TEST_TORCH and PyTorch"
)
class TorchTests(InferenceTests):
    def test_torchscript_and_saved_state(self):
        import torch

        linear = torch.nn.Linear(2, 1)
        with torch.no_grad():
            linear.weight[:] = torch.tensor([[1.0, 10.0]])
            linear.bias[:] = 0.5
        torch.jit.script(linear).save(os.path.join(self.folder, "linear.pt"))
        torch.save(linear.state_dict(), os.path.join(self.folder, "linear.state"))
        numbers = {"length": [1.0, 2.0], "width": [0.5, 0.25]}
        for handler in [
            {"torch_script_model_path": "linear.pt", "device": "GPU"},
            {
                "state_dict_path": "linear.state",
                "model_class": "torch.nn.Linear",
                "model_params": {"in_features": 2, "out_features": 1},
                "preprocess": {"callable": "import torch\nlambda row: torch.tensor([row.length, row.width])"},
            },
        ]:
            column, failures = self.run_batch("PytorchModelHandlerTensor", handler, NUMBERS, numbers)
            self.assertEqual(([value.inference for value in column], failures), ([[6.5], [5.0]], {}))
        kind = "PytorchModelHandlerTensor"
        self.refused("invalid-configuration", [*CONFIG, "state_dict_path"], kind, {"state_dict_path": "linear.state"})
        self.refused(
            "model-not-found", [*CONFIG, "torch_script_model_path"], kind, {"torch_script_model_path": "linear.state"}
        )

    @unittest.skipUnless(find_spec("transformers"), "needs transformers")
    def test_pipelines_of_transformers(self):
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "soup"]
        self.file("vocab.txt", "\n".join(words))
        model = os.path.join(self.folder, "classifier")
        BertTokenizer(os.path.join(self.folder, "vocab.txt")).save_pretrained(model)
        config = BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
        )
        BertForSequenceClassification(config).save_pretrained(model)
        handler = {"task": "text-classification", "model": "./classifier", "device": "CPU"}
        texts = {"text": ["good soup", "bad soup", None]}
        column, failures = self.run_batch("HuggingFacePipelineModelHandler", handler, {"text": STRING}, texts)
        self.assertEqual({value.inference["label"] for value in column[:2]} <= {"LABEL_0", "LABEL_1"}, True)
        self.assertEqual(list(failures), [2])
        handler["inference_fn"] = {"callable": "lambda batch, pipeline, args: [type(pipeline).__name__] * len(batch)"}
        column, _ = self.run_batch(
            "HuggingFacePipelineModelHandler", handler, {"text": STRING}, texts, output_type="string"
        )
        self.assertEqual(column[0], "TextClassificationPipeline")
        self.refused(
            "model-not-found",
            [*CONFIG, "model"],
            "HuggingFacePipelineModelHandler",
            {"model": "./nothing"},
            {"text": STRING},
            texts,
        )


class WorkerTests(unittest.TestCase):
    def test_in_a_process_of_its_own(self):
        config = {
            "model_handler": {"type": "PythonModelHandler", "config": {"model": "math.sqrt", "field": "x"}},
            "output_type": "number",
        }
        batch = batch_of({"x": DOUBLE, "y": STRING}, {"x": [4.0, -1.0], "y": ["a", "b"]})
        with support.Host() as host:
            opened = host.open("inference.run", config, [batch.schema])
            self.assertEqual((opened["mode"], opened["needs"]), ("elementwise", [["x"]]))
            self.assertTrue(opened["outputs"][0]["extendsInput"])
            header, batches = host.process(Batch(Schema([batch.schema["x"]]), [batch.column("x")], 2))
        self.assertEqual(batches[0].column(0)[0], 2.0)
        self.assertEqual([(each["row"], each["type"]) for each in header["failures"]], [(1, "ValueError")])


if __name__ == "__main__":
    unittest.main()

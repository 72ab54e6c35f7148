"""Transforms of texts: vocabularies, weights, n-grams and hashes, with TensorFlow Transform's definitions."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from beamstack_worker.mltransform_columns import Flat, is_list, lists, token_lists
from beamstack_worker.mltransform_hashes import fingerprint, keyed_hash
from beamstack_worker.mltransform_operations import Operation, like, operation

INTEGERS = pa.list_(pa.field("item", pa.int64(), False))
NUMBERS = pa.list_(pa.field("item", pa.float64(), False))
TEXTS = pa.list_(pa.field("item", pa.string(), False))


class Tokens(Operation):
    """Splits texts first, where it is told by which characters."""

    accepts = "text"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        delimiters = self.spec.text("split_string_by_delimiter")
        # Each character of the text is a delimiter, as TensorFlow has it.
        self.pattern = re.compile("[" + re.escape(delimiters) + "]+") if delimiters else None

    def split(self, column):
        """A column of lists of tokens; without delimiters, the column as it is."""
        return column if self.pattern is None else pa.array(token_lists(column, self.pattern), TEXTS)


@operation("ComputeAndApplyVocabulary")
class ComputeAndApplyVocabulary(Tokens):
    """Texts become their index in a vocabulary: the most frequent first, of equally frequent the greatest text."""

    accepts = "text or whole number"
    learns = True
    parameters = (
        "split_string_by_delimiter",
        "default_value",
        "top_k",
        "frequency_threshold",
        "num_oov_buckets",
        "vocab_filename",
    )

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._default = self.spec.number("default_value", -1, whole=True)
        self._top = self.spec.number("top_k", low=1, whole=True, optional=True)
        self._least = self.spec.number("frequency_threshold", 0, low=0, whole=True)
        self._buckets = self.spec.number("num_oov_buckets", 0, low=0, whole=True)
        self._counts = {name: Counter() for name in self.columns}
        self._words = {}

    def type_after(self, type):
        return INTEGERS if self.pattern else like(type, pa.int64())

    def observe(self, columns):
        for name, counts in self._counts.items():
            found = pc.value_counts(Flat(self.split(columns[name])).values.drop_null().cast(pa.string()))
            counts.update(dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist())))

    def finish_pass(self):
        self.learnt = {name: {"vocabulary": self._chosen(counts)} for name, counts in self._counts.items()}

    def _chosen(self, counts):
        words = [
            (count, word.encode())
            for word, count in counts.items()
            # A vocabulary is a file of lines elsewhere, which such words cannot be in.
            if word and "\n" not in word and "\r" not in word and count >= self._least
        ]
        return [word.decode() for _, word in sorted(words, reverse=True)[: self._top]]

    def size(self, name):
        """How many indexes there are, those of words that are not in the vocabulary included."""
        return len(self.learnt[name]["vocabulary"]) + self._buckets

    def apply(self, columns):
        for name in self.columns:
            flat = Flat(self.split(columns[name]))
            words = self._words.get(name)
            if words is None:
                words = self._words[name] = pa.array(self.learnt[name]["vocabulary"], pa.string())
            columns[name] = flat.column(self._indexes(flat.values.cast(pa.string()), words))

    def _indexes(self, texts, words):
        indexes = pc.fill_null(pc.index_in(texts, value_set=words), -1).to_numpy(zero_copy_only=False).astype(np.int64)
        unknown = indexes < 0
        if not self._buckets:
            indexes[unknown] = self._default
        elif unknown.any():
            coded = pc.dictionary_encode(texts.filter(pa.array(unknown)).fill_null(""))
            hashes = [fingerprint(word.encode()) % self._buckets for word in coded.dictionary.to_pylist()]
            indexes[unknown] = len(words) + np.array(hashes, np.int64)[coded.indices.to_numpy(zero_copy_only=False)]
        return indexes


@operation("TFIDF")
class TFIDF(Operation):
    """Two columns more: the indexes of a row, and for each how often it is there against how many rows have it."""

    accepts = "whole number"
    learns = True
    parameters = ("vocab_size", "smooth")

    def __init__(self, spec, schema, context, earlier):
        super().__init__(spec, schema, context, earlier)
        self._size = spec.number("vocab_size", low=1, whole=True, optional=True)
        self._smooth = spec.config.get("smooth") is not False
        self._vocabularies = {
            name: each for each in earlier if isinstance(each, ComputeAndApplyVocabulary) for name in each.columns
        }
        unsized = [name for name in self.columns if name not in self._vocabularies]
        if self._size is None and unsized:
            raise spec.error(
                f"'TFIDF' needs 'vocab_size', since '{unsized[0]}' comes from no vocabulary",
                hint="put 'ComputeAndApplyVocabulary' before it, or name the size",
            )
        self._rows = dict.fromkeys(self.columns, 0)
        self._counts = {name: Counter() for name in self.columns}
        self._weights = {}

    def schema(self, schema):
        for name in self.columns:
            for suffix, kind in (("_vocab_index", INTEGERS), ("_tfidf_weight", NUMBERS)):
                if name + suffix in schema.names:
                    raise self.spec.error(f"there is a field '{name}{suffix}' already", "config", "columns")
                schema = schema.append(pa.field(name + suffix, kind, schema.field(name).nullable))
        return schema

    def observe(self, columns):
        for name in self.columns:
            rows, indexes, _ = self._counted(columns[name], name)
            self._rows[name] += len(columns[name]) - columns[name].null_count
            found, counts = np.unique(indexes, return_counts=True)
            self._counts[name].update(dict(zip(found.tolist(), counts.tolist())))

    def finish_pass(self):
        self.learnt = {
            name: {"rows": self._rows[name], "size": self._size_of(name), "rows_with_index": sorted(counts.items())}
            for name, counts in self._counts.items()
        }

    def apply(self, columns):
        for name in self.columns:
            column = columns[name]
            rows, indexes, counts = self._counted(column, name)
            weights = self._weights_of(name)
            lengths = np.bincount(Flat(column).rows(), minlength=len(column))
            found = np.bincount(rows, minlength=len(column))
            absent = np.asarray(column.is_null())
            columns[name + "_vocab_index"] = lists(pa.array(indexes), found, absent)
            columns[name + "_tfidf_weight"] = lists(pa.array(counts / lengths[rows] * weights[indexes]), found, absent)

    def _size_of(self, name):
        if self.learnt:
            return self.learnt[name]["size"]
        return self._size or max(self._vocabularies[name].size(name), 1)

    def _counted(self, column, name):
        """The indexes of each row in order, once each: the row, the index, and how often it is there."""
        flat = Flat(column)
        size = self._size_of(name)
        # Indexes outside the vocabulary count from its end, as TensorFlow Transform has it.
        indexes = np.mod(flat.values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False), size)
        keys, counts = np.unique((flat.rows() * size + indexes)[~flat.missing], return_counts=True)
        return keys // size, keys % size, counts

    def _weights_of(self, name):
        """How rare each index is, as a factor."""
        weights = self._weights.get(name)
        if weights is None:
            learnt = self.learnt[name]
            with_index = np.zeros(learnt["size"])
            for index, count in learnt["rows_with_index"]:
                with_index[index] = count
            if self._smooth:
                weights = np.log((1 + learnt["rows"]) / (1 + with_index)) + 1
            else:
                weights = np.log(learnt["rows"] / np.maximum(with_index, 1)) + 1
            self._weights[name] = weights
        return weights


@operation("NGrams")
class NGrams(Tokens):
    """Runs of tokens, shorter ones first."""

    parameters = ("split_string_by_delimiter", "ngram_range", "ngrams_separator")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        value = self.spec.config.get("ngram_range", [1, 1])
        if not isinstance(value, list) or [type(part) for part in value] != [int, int] or not 1 <= value[0] <= value[1]:
            raise self.spec.error(
                "'ngram_range' must be two whole numbers from 1",
                "config",
                "ngram_range",
                hint="write [1, 2] for single tokens and pairs",
            )
        self._low, self._high = value
        self._separator = self.spec.config.get("ngrams_separator")
        if self._separator is None and value != [1, 1]:
            raise self.spec.error("'ngrams_separator' is missing: what stands between the tokens of an n-gram")

    def type_after(self, type):
        return TEXTS

    def applied(self, column, learnt):
        rows = token_lists(column, self.pattern)
        return pa.array([None if tokens is None else self._grams(tokens) for tokens in rows], TEXTS)

    def _grams(self, tokens):
        if self._high == 1:
            return [token for token in tokens if token is not None]
        tokens = [token or "" for token in tokens]
        return [
            str(self._separator).join(tokens[start : start + size])
            for start in range(len(tokens))
            for size in range(self._low, self._high + 1)
            if start + size <= len(tokens)
        ]


@operation("BagOfWords")
class BagOfWords(NGrams):
    """The n-grams of a row, once each, in the order they come in."""

    parameters = (*NGrams.parameters, "compute_word_count", "key_vocab_filename")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.learns = self.spec.flag("compute_word_count")
        self.learnt = None if self.learns else {}
        self._counts = {name: Counter() for name in self.columns}

    def observe(self, columns):
        for name, counts in self._counts.items():
            for tokens in token_lists(columns[name], self.pattern):
                counts.update(tokens or ())

    def finish_pass(self):
        self.learnt = {name: {"word_counts": dict(sorted(each.items()))} for name, each in self._counts.items()}

    def _grams(self, tokens):
        return list(dict.fromkeys(super()._grams(tokens)))


@operation("HashStrings")
class HashStrings(Operation):
    """Texts become a number below 'hash_buckets', by the hash that TensorFlow has."""

    accepts = "text"
    parameters = ("hash_buckets", "key")

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._buckets = self.spec.number("hash_buckets", low=1, whole=True)
        self._key = self.spec.config.get("key")
        if self._key is not None and (
            not isinstance(self._key, list) or [type(part) for part in self._key] != [int] * 2
        ):
            raise self.spec.error("'key' must be two whole numbers", "config", "key")

    def type_after(self, type):
        return like(type, pa.int64())

    def applied(self, column, learnt):
        flat = Flat(column)
        coded = pc.dictionary_encode(flat.values.fill_null(""))
        hashes = np.array([self._hash(text.encode()) for text in coded.dictionary.to_pylist()], np.int64)
        return flat.column(hashes[coded.indices.to_numpy(zero_copy_only=False)])

    def _hash(self, data):
        return (keyed_hash(data, self._key) if self._key else fingerprint(data)) % self._buckets


@operation("DeduplicateTensorPerRow")
class DeduplicateTensorPerRow(Operation):
    """The elements of a list, once each."""

    accepts = "text or whole number"

    def type_after(self, type):
        return type

    def applied(self, column, learnt):
        if not is_list(column.type):
            return column
        rows = column.to_pylist()
        return pa.array([None if row is None else list(dict.fromkeys(row)) for row in rows], column.type)

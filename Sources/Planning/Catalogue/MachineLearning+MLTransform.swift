import DataModel
import Diagnostics
import PipelineSpec

extension MachineLearning {
    static let mlTransform = TransformDefinition(
        "MLTransform", category: "Machine learning", summary: "prepares fields for a model",
        documentation: """
            Changes the fields in `columns`, in the order of `transforms`, with the results of TensorFlow Transform but
            without TensorFlow. A field of numbers or texts stays one; a field of lists is changed element by element, with
            one scale for all of them.

            | `type` | what becomes of a value | parameters |
            |---|---|---|
            | `ScaleTo01` | its place between least and greatest | |
            | `ScaleByMinMax` | the same, in another range | `min_value`, `max_value` |
            | `ScaleToZScore` | standard deviations from the mean | |
            | `Bucketize` | which of equally full buckets it is in | `num_buckets` |
            | `ApplyBuckets` | which of given buckets | `bucket_boundaries` |
            | `ApplyBucketsWithInterpolation` | its place between the boundaries, from 0 to 1 | `bucket_boundaries` |
            | `ComputeAndApplyVocabulary` | the index of a text, frequent ones first | `split_string_by_delimiter`, \
            `top_k`, `frequency_threshold`, `default_value`, `num_oov_buckets` |
            | `TFIDF` | two more fields: indexes and their weights | `vocab_size`, `smooth` |
            | `NGrams`, `BagOfWords` | runs of words; those once each | `split_string_by_delimiter`, `ngram_range`, \
            `ngrams_separator` |
            | `HashStrings` | a number below `hash_buckets` | `hash_buckets`, `key` |
            | `DeduplicateTensorPerRow` | a list without repetitions | |
            | `SentenceTransformerEmbeddings`, `OpenAITextEmbeddings`, `WordLlamaEmbeddings` | a vector | `model_name` |

            What is learnt from the data goes to `write_artifact_location`, a folder, where `read_artifact_location` of
            another pipeline finds it. Learning needs all rows before the first can be changed, so one worker sees all rows;
            with `read_artifact_location` all cores work.
            """,
        example: """
            type: MLTransform
            config:
              write_artifact_location: artifacts
              transforms:
                - type: ScaleTo01
                  config: {columns: [price]}
                - type: ComputeAndApplyVocabulary
                  config: {columns: [item]}
            """,
        parameters: [
            Parameter(
                "transforms",
                .list(
                    .object([
                        Parameter("type", .choice(transformTypes), required: true, "Which one."),
                        Parameter("config", .map, "Its parameters; `columns` lists the fields."),
                    ])), default: "[]", "What to do, in order; none with `read_artifact_location`."),
            Parameter("write_artifact_location", .path, "The folder that takes what is learnt."),
            Parameter(
                "read_artifact_location", .path, "The folder with what was learnt before, and from which transforms."),
            .dependencies, .worker,
        ]
    ) { context in
        let transforms = context["transforms"]?.sequence ?? []
        if context["read_artifact_location"] == nil, context["write_artifact_location"] == nil {
            context.reportNotPortable(
                "Beam's 'MLTransform' needs 'write_artifact_location' or 'read_artifact_location'",
                at: context.spec.typeRange)
        }
        if let own = transforms.compactMap({ $0["type"] }).first(where: { $0.string == "WordLlamaEmbeddings" }) {
            context.reportNotPortable("Beam does not know 'WordLlamaEmbeddings'", at: own.range)
        }
        return context.task(
            "mltransform.run", kind: .transform,
            requirements: PythonPackages.mlTransform(transforms.compactMap { $0["type"]?.string })
                + context.declaredDependencies,
            reason: "'MLTransform' prepares fields in Python")
    }

    /// Those that workers know, and those of Beam's that they refuse with the reason.
    private static let transformTypes = [
        "ScaleTo01", "ScaleByMinMax", "ScaleToZScore", "ScaleToGaussian", "Bucketize", "ApplyBuckets",
        "ApplyBucketsWithInterpolation", "ComputeAndApplyVocabulary", "TFIDF", "NGrams", "BagOfWords", "HashStrings",
        "DeduplicateTensorPerRow", "SentenceTransformerEmbeddings", "OpenAITextEmbeddings", "WordLlamaEmbeddings",
        "InferenceAPIEmbeddings", "TensorflowHubTextEmbeddings", "VertexAITextEmbeddings",
        "VertexAIMultiModalEmbeddings",
    ]
}

extension PythonPackages {
    /// What transforms of `MLTransform` need; those that an earlier run has learnt are not known here.
    static func mlTransform(_ types: [String]) -> [String] {
        var packages = [arrow, numpy]
        if types.contains("WordLlamaEmbeddings") { packages.append("wordllama>=0.4") }
        if types.contains("SentenceTransformerEmbeddings") { packages.append("sentence-transformers>=3") }
        return packages
    }
}

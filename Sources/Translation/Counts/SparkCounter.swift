/// How Spark counts the rows of a relation.
public enum SparkCounter {
    /// The beginning of a condition that all rows meet; what follows is the relation's number.
    ///
    /// Spark neither moves nor merges a condition that is not deterministic, counts what passes it, and shows both. It
    /// costs nothing that can be measured, where `Dataset.observe` doubles the time of a cheap query.
    public static let condition = "monotonically_increasing_id() >= -"
}

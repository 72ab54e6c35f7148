/// The text of one SELECT, a column a line.
struct SelectQuery {
    var columns: [String]
    var from: String
    var conditions: [String] = []
    var groups: [String] = []
    var having: String?

    var text: String {
        var text = "SELECT\n" + columns.map { "  \($0)" }.joined(separator: ",\n") + "\nFROM \(from)"
        if !conditions.isEmpty { text += "\nWHERE " + conditions.joined(separator: "\n  AND ") }
        if !groups.isEmpty { text += "\nGROUP BY " + groups.joined(separator: ", ") }
        if let having { text += "\nHAVING \(having)" }
        return text
    }
}

import Foundation
import Testing

/// A pipeline whose steps an engine fuses, and what each of them has counted.
enum CountedSteps {
    /// Writes the pipeline and its data.
    static func write(to folder: TemporaryFolder) throws -> String {
        let rows = (0..<500).map { "\($0),s\($0 % 7),\($0 % 5),\"two\nlines, \($0)\"\n" }
        try folder.write("orders.csv", "id,shop,quantity,note\n" + rows.joined())
        return try folder.write(
            "counted.yaml",
            """
            pipeline:
              transforms:
                - {type: ReadFromCsv, name: Orders, config: {path: orders.csv}}
                - {type: Filter, name: Many, input: Orders, config: {language: python, keep: quantity > 1}}
                - type: MapToFields
                  name: Shares
                  input: Many
                  config:
                    language: python
                    append: true
                    fields: {share: 12 / (id % 10)}
                    error_handling: {output: failed}
                - {type: WriteToJson, name: Failed, input: Shares.failed, config: {path: failed.json}}
                - {type: Filter, name: Large, input: Shares, config: {language: python, keep: share > 2}}
                - {type: Combine, name: PerShop, input: Large, config: {group_by: shop, combine: {n: {value: id, fn: count}}}}
                - {type: Filter, name: Others, input: PerShop, config: {language: python, keep: shop != 's0'}}
                - {type: LogForTesting, name: Totals, input: Others}
                - {type: WriteToCsv, name: Rows, input: Many, config: {path: rows.csv}}
            """ + "\n")
    }

    /// Rows in and out of each step of the newest job, where they are known.
    static func counts(
        _ show: (_ arguments: [String]) throws -> Beamstack.Result
    ) throws -> [String: (input: Int?, outputs: [Int?])] {
        let text = try show(["jobs", "show", "counted", "--format", "json"]).output
        let job = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
        let steps = try #require(job["steps"] as? [[String: Any]])
        return steps.reduce(into: [:]) { counts, step in
            let outputs = step["outputs"] as? [[String: Any]] ?? []
            counts[step["name"] as? String ?? ""] = (step["recordsIn"] as? Int, outputs.map { $0["records"] as? Int })
        }
    }
}

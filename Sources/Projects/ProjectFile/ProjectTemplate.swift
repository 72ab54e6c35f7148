public import Diagnostics
import Platform

/// A first project: its file, a pipeline, the pipeline's data.
public enum ProjectTemplate {
    /// Name and text of each file.
    static let files: [(name: String, text: String)] = [
        (
            Project.fileName,
            """
            # Where the pipelines of this folder can run; 'beamstack targets' lists it all. Without --target it is here.
            default_target: local

            targets:
              local:
                engine: embedded
              # A cluster of this machine: beamstack create spark lab
              # lab:
              #   engine: spark
              #   cluster: lab
              # production:
              #   engine: spark
              #   address: spark://spark.example.com:7077
              #   settings:
              #     spark.authenticate.secret: ${env:SPARK_SECRET}

            """
        ),
        (
            "orders.yaml",
            """
            # What was sold, by item.
            #
            #   beamstack run orders.yaml
            #   beamstack test orders.yaml
            pipeline:
              type: chain
              transforms:
                - type: ReadFromCsv
                  name: ReadOrders
                  config:
                    path: data/orders.csv
                - type: Combine
                  name: PerItem
                  config:
                    language: python
                    group_by: item
                    combine:
                      pieces:
                        value: quantity
                        fn: sum
                      revenue:
                        value: price * quantity
                        fn: sum
                - type: WriteToCsv
                  config:
                    path: output/items.csv

            tests:
              - name: adds up
                mock_outputs:
                  - name: ReadOrders
                    elements:
                      - {item: tea, quantity: 2, price: 3.5}
                      - {item: tea, quantity: 1, price: 3.5}
                      - {item: bread, quantity: 1, price: 4.0}
                expected_outputs:
                  - name: PerItem
                    elements:
                      - {item: tea, pieces: 3, revenue: 10.5}
                      - {item: bread, pieces: 1, revenue: 4.0}

            """
        ),
        (
            "data/orders.csv",
            """
            id,item,quantity,price
            1,tea,2,3.50
            2,bread,1,4.00
            3,tea,1,3.50
            4,honey,1,7.25
            5,bread,3,4.00

            """
        ),
    ]

    /// Writes the files into a folder, all of them or none.
    ///
    /// - Returns: their paths.
    /// - Throws: which of them are there already.
    public static func write(to folder: String) throws(Diagnostic) -> [String] {
        let files = files.map { (path: Path.join(folder, $0.name), text: $0.text) }
        let present = files.map(\.path).filter { (try? FileSystem.status(of: $0)) != nil }
        if let first = present.first {
            throw Diagnostic(
                .fileInTheWay, "'\(first)' exists", at: nil,
                notes: present.count > 1
                    ? [
                        "so " + (present.count == 2 ? "does " : "do ")
                            + present.dropFirst().map { "'\($0)'" }.joined(separator: ", ")
                    ] : [],
                hint: "name another folder: beamstack init FOLDER")
        }
        var written: [String] = []
        do throws(SystemError) {
            for file in files {
                try FileSystem.createDirectories(Path.directory(of: file.path))
                // Fails where somebody made the file meanwhile.
                let output = try OpenFile(file.path, .createNew)
                written.append(file.path)
                try output.write(Array(file.text.utf8))
            }
        } catch {
            for path in written { try? FileSystem.remove(path) }
            throw Diagnostic(.fileInTheWay, "the project cannot be written: \(error)", at: nil)
        }
        return written
    }
}

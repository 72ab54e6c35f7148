import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

/// Damaged files: whatever the bytes, reading ends with rows or with a problem that has a place.
struct FuzzTests {
    private static let samples: [(FileFormat, [UInt8])] = [
        (
            .csv(CSVOptions()),
            Array("id,name,x,ok\n1,\"a,b\",0.5,True\n2,\"c \"\"d\"\"\n\",7,False\n3,é,,\n4,#x,1e5,True\n".utf8)
        ),
        (
            .json(JSONOptions()),
            Array("{\"a\":1,\"b\":\"x\\u00e9\",\"c\":[1,2],\"d\":{\"e\":0.5}}\n{\"a\":2,\"b\":null,\"c\":[]}\n".utf8)
        ),
        (.text, Array("one\ntwo é\r\n\nthree".utf8)),
        (
            .tfrecord(validatesChecksums: false),
            [
                3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 97, 98, 99, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7,
                8,
            ]
        ),
    ]

    @Test(arguments: 0..<4)
    func mutations(_ index: Int) throws {
        let (format, bytes) = Self.samples[index]
        let directory = try TemporaryDirectory()
        let alphabet = Array("\",\n\r{}[]:\\0x9.-eE#\u{0}".utf8) + [0xFF, 0xC3, 0x80]
        for round in 0..<1000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4) where !mutated.isEmpty {
                let place = Int.random(in: 0..<mutated.count)
                switch Int.random(in: 0..<4) {
                case 0: mutated[place] = alphabet.randomElement() ?? 0
                case 1: mutated.remove(at: place)
                case 2: mutated.insert(alphabet.randomElement() ?? 0, at: place)
                default: mutated.removeLast(mutated.count - place)
                }
            }
            let file = try directory.write("f", mutated)
            let blockSize = [16, 40, 1 << 16][round % 3]
            do {
                let table = try readTable(readOperation(format, file), blockSize: blockSize)
                let whole = try readTable(readOperation(format, file))
                #expect(table.rows == whole.rows, "\(mutated)")
            } catch let found as Diagnostic {
                #expect(found.range == pathRange)
                #expect(found.message.contains(directory.path))
            }
        }
    }
}

import Testing

@testable import Diagnostics

@Suite struct SourceFileTests {
    @Test(arguments: [
        (0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 1, 4), (5, 2, 1), (9, 2, 2), (10, 3, 1), (11, 3, 2), (99, 3, 2),
        (-5, 1, 1),
    ])
    func positionsCountLinesAndScalars(offset: Int, line: Int, column: Int) {
        // a é(2 bytes) \r \n 😀(4 bytes) \n x
        let file = SourceFile(path: "f", text: "aé\r\n😀\nx")
        #expect(file.position(at: offset) == SourcePosition(line: line, column: column))
    }

    @Test func offsetsAreTheInverseOfPositions() {
        let file = SourceFile(path: "f", text: "aé\n😀 b\n\nlast")
        var boundaries = [0]
        for scalar in file.text.unicodeScalars { boundaries.append((boundaries.last ?? 0) + String(scalar).utf8.count) }
        for offset in boundaries {
            let position = file.position(at: offset)
            #expect(file.offset(line: position.line, column: position.column) == offset)
        }
    }

    @Test func placesOutsideTheTextAreClamped() {
        let file = SourceFile(path: "f", text: "ab\ncd")
        #expect(file.offset(line: 1, column: 99) == 2)
        #expect(file.offset(line: 2, column: 99) == 5)
        #expect(file.offset(line: 2, column: -3) == 3)
        #expect(file.offset(line: 3, column: 1) == nil)
        #expect(file.offset(line: 0, column: 1) == nil)
        #expect(file.text(in: 3..<99) == "cd")
        #expect(file.lineText(0) == "")
        #expect(file.lineText(3) == "")
    }

    @Test func linesEndAtEitherBreak() {
        let file = SourceFile(path: "f", text: "a\r\nb\n\n")
        #expect(file.lineCount == 4)
        #expect((1...4).map { file.lineText($0) } == ["a", "b", "", ""])
    }

    @Test func anEmptyFileHasOneLine() {
        let file = SourceFile(path: "f", text: "")
        #expect(file.lineCount == 1)
        #expect(file.position(at: 7) == SourcePosition(line: 1, column: 1))
    }
}

@Suite struct SourceRangeTests {
    private let file = SourceFile(path: "p.yaml", text: "one\ntwo\n")

    @Test func textAndLocation() {
        let range = SourceRange(file: file, start: 4, end: 7)
        #expect(range.text == "two")
        #expect(range.location == "p.yaml:2:1")
        #expect(range.endPosition == SourcePosition(line: 2, column: 4))
    }

    @Test func boundsAreClampedAndNeverReversed() {
        let outside = SourceRange(file: file, start: -3, end: 500)
        #expect((outside.start, outside.end) == (0, 8))
        let reversed = SourceRange(file: file, start: 5, end: 2)
        #expect((reversed.start, reversed.end) == (5, 5))
    }

    @Test func rangesOfDifferentFilesDiffer() {
        let twin = SourceFile(path: "p.yaml", text: "one\ntwo\n")
        #expect(SourceRange(file: file, start: 0, end: 1) != SourceRange(file: twin, start: 0, end: 1))
        #expect(SourceRange(file: file, start: 0, end: 1) == SourceRange(file: file, start: 0, end: 1))
    }
}

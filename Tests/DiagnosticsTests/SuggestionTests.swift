import Testing

@testable import Diagnostics

@Suite struct SuggestionTests {
    private static let transforms = ["MapToFields", "Filter", "ReadFromCsv", "ReadFromJson", "Combine", "Flatten"]

    @Test(arguments: [
        ("MapToField", "MapToFields"), ("maptofields", "MapToFields"), ("Fliter", "Filter"),
        ("ReadFromCSV", "ReadFromCsv"),
        ("ReadFormCsv", "ReadFromCsv"), ("ReadFromJason", "ReadFromJson"), ("Combin", "Combine"),
        ("Platten", "Flatten"),
        ("WindowInto", nil), ("", nil), ("x", nil),
    ])
    func nearest(name: String, expected: String?) {
        #expect(Suggestion.nearest(to: name, among: Self.transforms) == expected)
    }

    @Test func aShortNameMayDifferInOneLetter() {
        #expect(Suggestion.nearest(to: "idd", among: ["id"]) == "id")
        #expect(Suggestion.nearest(to: "b", among: ["a"]) == "a")
        #expect(Suggestion.nearest(to: "xyz", among: ["id"]) == nil)
    }

    @Test func hintListsWhatIsValidWhereNothingIsNear() {
        #expect(Suggestion.hint(for: "nmae", among: ["name", "id"], listing: "fields") == "did you mean 'name'?")
        #expect(Suggestion.hint(for: "zzzzzz", among: ["name", "id"], listing: "fields") == "fields: 'name', 'id'")
        #expect(Suggestion.hint(for: "zzzzzz", among: [], listing: "fields") == nil)
        let many = (10..<40).map { "field\($0)" }
        #expect(Suggestion.hint(for: "zzzzzz", among: many, listing: "fields")?.hasSuffix("'field29', …") == true)
    }
}

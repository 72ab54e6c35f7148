import DataModel
import Testing

@testable import Expressions

/// What a person reads in a program, by its text.
@Suite struct SQLTextTests {
    private static let schema = RandomExpressions.schema

    private func text(_ expression: String, _ dialect: SQLDialect, isCondition: Bool = false) -> String {
        let source = ExpressionSource(expression, language: .python)
        guard case .native(let compiled, _) = ExpressionCompiler(schema: Self.schema).compile(source) else {
            return "foreign"
        }
        func field(_ index: Int) -> String { dialect.quoted(Self.schema.names[index]) }
        switch isCondition
            ? compiled.sqlCondition(dialect, field: field) : compiled.sql(dialect, field: field)
        {
        case .success(let sql): return sql.text
        case .failure(let obstacle): return "refused: \(obstacle.reason)"
        }
    }

    @Test(arguments: [
        ("i > 5 and s == 'abc'", "`i` > 5 AND `s` = 'abc'"),
        // A test before makes a guard needless.
        ("k is not None and k > 5", "`k` IS NOT NULL AND `k` > 5"),
        ("k is None or k > 5", "`k` IS NULL OR `k` > 5"),
        ("k if k is not None else 0", "CASE WHEN `k` IS NOT NULL THEN `k` ELSE 0L END"),
        (
            "k > 5",
            "coalesce(`k`, raise_error('TypeError: \\'>\\' not supported between instances of "
                + "\\'NoneType\\' and \\'int\\'')) > 5"
        ),
        ("k == 5", "`k` <=> 5"),
        ("x > 1", "`x` > 1.0D AND NOT isnan(`x`)"),
        ("x < 1", "`x` < 1.0D"),
        ("(i + 1) * 2", "(`i` + 1L) * 2L"),
        ("i - (j - 1)", "`i` - (`j` - 1L)"),
        ("i % 3", "pmod(`i`, 3L)"),
        ("i > 2.5", "`i` > 2"),
        ("u or 'none'", "CASE WHEN COALESCE(`u` <> '', FALSE) THEN `u` ELSE 'none' END"),
        ("f'{s}-{i}'", "`s` || '-' || CAST(`i` AS STRING)"),
        ("s[:3].upper()", "upper(substring(`s`, 1, 3))"),
    ])
    func sparkReads(_ expression: String, _ expected: String) {
        #expect(text(expression, .spark) == expected)
    }

    @Test(arguments: [
        ("i > 5 and s == 'abc'", "`i` > 5 AND `s` = 'abc'"),
        ("i + j * 2", "INT_ADD(`i`, INT_MULTIPLY(`j`, 2))"),
        // The planner would take NOT (x > 1) for x <= 1.
        ("not x > 1", "NOT FLOAT_LESS(1.0E0, `x`)"),
        ("k == 5", "`k` IS NOT DISTINCT FROM 5"),
        (
            "k + 1",
            "INT_ADD(NOT_NONE(`k`, 'TypeError: unsupported operand type(s) for +: ''NoneType'' and ''int'''), 1)"
        ),
        ("'a' if b else 'abc'", "CASE WHEN `b` THEN CAST('a' AS STRING) ELSE CAST('abc' AS STRING) END"),
    ])
    func flinkReads(_ expression: String, _ expected: String) {
        #expect(text(expression, .flink) == expected)
    }

    @Test(arguments: [
        ("k", "COALESCE(`k` <> 0, FALSE)"), ("s", "`s` <> ''"), ("l", "size(`l`) > 0"),
        ("not u", "NOT COALESCE(`u` <> '', FALSE)"),
        ("b", "`b`"),
    ])
    func conditionsAreNeverNull(_ expression: String, _ expected: String) {
        #expect(text(expression, .spark, isCondition: true) == expected)
    }

    @Test(arguments: [
        ("str(x)", "makes the text of a float, which Spark SQL writes otherwise"),
        ("int(s)", "reads a number from text, which Spark SQL does by other rules"),
        ("i < x", "compares an int with a float, for which Spark SQL makes both floats"),
        ("[v for v in l]", "loops over the elements of a value"),
        ("x // 2", "uses the operator '//' with floats, which rounds otherwise there"),
        ("s.title()", "calls 'title', for which Spark SQL has nothing with the same meaning"),
        ("1 if b else 'x'", "computes with values whose types are only known row by row"),
    ])
    func whatHasNoEquivalentIsRefused(_ expression: String, _ reason: String) {
        #expect(text(expression, .spark) == "refused: \(reason)")
    }

    @Test func literalsNeverHoldVariables() {
        #expect(SQLDialect.spark.string("${env:HOME} it's \\ \n") == "'$\\u007Benv:HOME} it\\'s \\\\ \\n'")
        #expect(SQLDialect.flink.string("${env:HOME} it's \\ \n") == "U&'$\\007Benv:HOME} it''s \\\\ \\000A'")
        #expect(SQLDialect.flink.string("it's \\") == "'it''s \\'")
    }

    @Test func typesWithoutOneMeaningHaveNoName() {
        let row = FieldType.row(
            Schema([Field("a b", .list(.int64)), Field("c", FieldType.map(.string, .double).nullable)]))
        #expect(SQLDialect.flink.typeName(row) == "ROW<`a b` ARRAY<BIGINT>, `c` MAP<STRING, DOUBLE>>")
        #expect(SQLDialect.spark.typeName(row) == "STRUCT<`a b`: ARRAY<BIGINT>, `c`: MAP<STRING, DOUBLE>>")
        for type in [FieldType.decimal, .duration, .datetime, .list(.decimal), .row(Schema([]))] {
            #expect(SQLDialect.allCases.allSatisfy { $0.typeName(type) == nil })
        }
        #expect(SQLDialect.flink.literal(.double(-0.0), .double) == nil)
    }

    /// They are texts that SQL may move but must not read.
    @Test func valuesOfNoFixedTypeAreMovedButNeverRead() {
        #expect(SQLDialect.allCases.allSatisfy { $0.typeName(.any) == "STRING" })
        #expect(SQLDialect.spark.literal(.double(1), .any) == "'1.0'")
        #expect(SQLDialect.spark.literal(.string("a"), .any) == "'\"a\"'")
        #expect(SQLDialect.spark.literal(.null, .any) == "CAST(NULL AS STRING)")
        let schema = Schema([
            Field("v", .any), Field("l", .list(.any)),
            Field("r", .row(Schema([Field("v", .any), Field("n", .int64)]))),
            Field("n", .int64),
        ])
        func text(_ expression: String) -> String? {
            let source = ExpressionSource(expression, language: .python)
            guard case .native(let compiled, _) = ExpressionCompiler(schema: schema).compile(source) else { return nil }
            return try? compiled.sql(.spark) { "`\(schema.names[$0])`" }.get().text
        }
        #expect(text("v") == "`v`")
        #expect(text("l") == "`l`")
        #expect(text("r") == "`r`")
        #expect(text("r.v") == "`r`.`v`")
        #expect(text("r.n + n") == "`r`.`n` + `n`")
        for expression in [
            "v == 1", "v + 1", "str(v)", "[v]", "v if n else 1", "n if v else 1", "l[0]", "len(l)", "r == r", "not v",
            "v or n", "{'v': v}", "v == v", "f'{v}'", "r.v == 1", "bool(v)", "isinstance(v, str)",
        ] {
            #expect(text(expression) == nil, "\(expression)")
        }
    }
}

/// The functions that Flink runs for us, by their names in SQL.
///
/// Flink's own operators wrap around, round and compare otherwise than Python, and its planner rewrites them by rules
/// that do not hold for NaN.
public enum FlinkFunction: String, CaseIterable, Sendable {
    case required = "NOT_NONE"

    case intAdd = "INT_ADD"
    case intSubtract = "INT_SUBTRACT"
    case intMultiply = "INT_MULTIPLY"
    case intDivide = "INT_DIVIDE"
    case intFloorDivide = "INT_FLOOR_DIVIDE"
    case intModulo = "INT_MODULO"
    case intPower = "INT_POWER"
    case intNegate = "INT_NEGATE"
    case intAbsolute = "INT_ABS"
    case intShiftLeft = "INT_SHIFT_LEFT"
    case intShiftRight = "INT_SHIFT_RIGHT"
    case intAnd = "INT_AND"
    case intOr = "INT_OR"
    case intXor = "INT_XOR"
    case intParse = "INT_PARSE"
    case intFromFloat = "INT_FROM_FLOAT"
    case intFromDecimal = "INT_FROM_DECIMAL"

    case floatDivide = "FLOAT_DIVIDE"
    case floatFloorDivide = "FLOAT_FLOOR_DIVIDE"
    case floatModulo = "FLOAT_MODULO"
    case floatLess = "FLOAT_LESS"
    case floatAtMost = "FLOAT_AT_MOST"
    case floatEqual = "FLOAT_EQUAL"
    case intFloatOrder = "INT_FLOAT_ORDER"
    case floatParse = "FLOAT_PARSE"
    case floatText = "FLOAT_TEXT"
    case floatFixed = "FLOAT_FIXED"
    case floatRound = "FLOAT_ROUND"
    case floatRoundToInt = "FLOAT_ROUND_TO_INT"
    case floatFloor = "FLOAT_FLOOR"
    case floatCeiling = "FLOAT_CEILING"
    case floatSquareRoot = "FLOAT_SQRT"

    case textLess = "TEXT_LESS"
    case textAtMost = "TEXT_AT_MOST"
    case textUpper = "TEXT_UPPER"
    case textLower = "TEXT_LOWER"
    case textStrip = "TEXT_STRIP"
    case textStripLeft = "TEXT_STRIP_LEFT"
    case textStripRight = "TEXT_STRIP_RIGHT"
    case textReplace = "TEXT_REPLACE"
    case textStartsWith = "TEXT_STARTS_WITH"
    case textEndsWith = "TEXT_ENDS_WITH"
    case textContains = "TEXT_CONTAINS"
    case textFind = "TEXT_FIND"
    case textCount = "TEXT_COUNT"
    case textRepeat = "TEXT_REPEAT"
    case textItem = "TEXT_ITEM"
    case textSlice = "TEXT_SLICE"
    case textSplit = "TEXT_SPLIT"
    case textWords = "TEXT_WORDS"
    case textJoin = "TEXT_JOIN"

    case timeMicroseconds = "TIME_MICROSECONDS"
    case timeOfMicroseconds = "TIME_OF_MICROSECONDS"

    case listItem = "LIST_ITEM"
    case listFlatten = "LIST_FLATTEN"
    case mapItem = "MAP_ITEM"

    /// Its name and its Java class.
    public var declaration: SQLFunction {
        SQLFunction(name: rawValue, javaClass: "dev.beamstack.flink.functions.\(javaFile)$\(javaName)")
    }

    /// Functions of one topic are nested classes of one file.
    private var javaFile: String {
        if self == .required || rawValue.hasPrefix("LIST_") || rawValue.hasPrefix("MAP_") { return "Values" }
        if rawValue.hasPrefix("FLOAT_") || self == .intFloatOrder || self == .intFromFloat { return "Floats" }
        if rawValue.hasPrefix("TIME_") { return "Times" }
        return rawValue.hasPrefix("INT_") ? "Integers" : "Texts"
    }

    /// `INT_FLOOR_DIVIDE` is `IntFloorDivide`.
    private var javaName: String {
        rawValue.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
    }
}

extension SQLFunction {
    /// All functions that a text for Flink may name.
    public static let all: [SQLFunction] = FlinkFunction.allCases.map(\.declaration)
}

import Testing

@testable import DataModel

struct CalendarTests {
    @Test(arguments: [
        (-719_162, 1, 1, 1), (-1, 1969, 12, 31), (0, 1970, 1, 1), (59, 1970, 3, 1), (11_016, 2000, 2, 29),
        (18_321, 2020, 2, 29), (2_932_896, 9999, 12, 31), (-719_528, 0, 1, 1), (-719_529, -1, 12, 31),
    ])
    func countsDays(days: Int, year: Int, month: Int, day: Int) {
        #expect(Calendar.days(year: year, month: month, day: day) == days)
        #expect(Calendar.day(fromDays: days) == Calendar.Day(year: year, month: month, day: day))
    }

    @Test func everyDayFollowsTheOneBefore() {
        var expected = Calendar.Day(year: 1890, month: 1, day: 1)
        for days in Calendar.days(expected)..<Calendar.days(year: 2110, month: 1, day: 1) {
            #expect(Calendar.day(fromDays: days) == expected)
            expected.day += 1
            if expected.day > Calendar.daysInMonth(year: expected.year, month: expected.month) {
                (expected.day, expected.month) = (1, expected.month + 1)
            }
            if expected.month > 12 { (expected.month, expected.year) = (1, expected.year + 1) }
        }
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00Z"), (1_500_000, "1970-01-01T00:00:01.500000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_582_934_400_000_000, "2020-02-29T00:00:00Z"), (Int64.min, "-290308-12-21T19:59:05.224192Z"),
        (Int64.max, "294247-01-10T04:00:54.775807Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
    ])
    func writesInstants(microseconds: Int64, text: String) {
        let out = Buffer<UInt8>()
        Calendar.appendInstant(microseconds: microseconds, to: out)
        #expect(String(decoding: out.elements, as: UTF8.self) == text)
        #expect(Calendar.microseconds(Calendar.moment(fromMicroseconds: microseconds)) ?? microseconds == microseconds)
    }

    @Test func knowsWeekdays() {
        #expect(Calendar.weekday(fromDays: 0) == 3)
        #expect(Calendar.weekday(fromDays: 4) == 0)
        #expect(Calendar.weekday(fromDays: -3) == 0)
    }
}

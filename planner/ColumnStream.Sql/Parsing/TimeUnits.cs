using System.Collections.Generic;
using ColumnStream.Sql.Ast;

namespace ColumnStream.Sql.Parsing;

/// <summary>Maps the words of the units of time, singular, plural and the SQL_TSI names, to units and back.</summary>
internal static class TimeUnits
{
    private static readonly Dictionary<string, TimeUnit> s_units = Build();

    public static IEnumerable<string> Names => s_units.Keys;

    public static TimeUnit? Find(string word) => s_units.TryGetValue(word, out TimeUnit unit) ? unit : null;

    /// <summary>Gives the word the printer writes.</summary>
    public static string NameOf(TimeUnit unit) => unit switch
    {
        TimeUnit.DayOfWeek => "DOW",
        TimeUnit.DayOfYear => "DOY",
        TimeUnit.IsoDayOfWeek => "ISODOW",
        _ => unit.ToString().ToUpperInvariant(),
    };

    private static Dictionary<string, TimeUnit> Build()
    {
        Dictionary<string, TimeUnit> units = [];
        for (TimeUnit unit = TimeUnit.Millennium; unit <= TimeUnit.Epoch; unit++)
        {
            units[NameOf(unit)] = unit;
        }

        foreach (TimeUnit unit in (TimeUnit[])
            [
                TimeUnit.Year, TimeUnit.Quarter, TimeUnit.Month, TimeUnit.Week, TimeUnit.Day, TimeUnit.Hour,
                TimeUnit.Minute, TimeUnit.Second,
            ])
        {
            units[NameOf(unit) + "S"] = unit;
            units["SQL_TSI_" + NameOf(unit)] = unit;
        }

        return units;
    }
}

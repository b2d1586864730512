using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using NodaTime;

namespace ColumnStream.Compute.Execution;

/// <summary>Finds time zones by the ids that Java takes: regions, offsets, GMT+8 and, where asked, its short names.</summary>
internal static class ZoneIds
{
    // The map of java.time.ZoneId.SHORT_IDS.
    private static readonly FrozenDictionary<string, string> ShortIds = new Dictionary<string, string>
    {
        ["ACT"] = "Australia/Darwin", ["AET"] = "Australia/Sydney", ["AGT"] = "America/Argentina/Buenos_Aires",
        ["ART"] = "Africa/Cairo", ["AST"] = "America/Anchorage", ["BET"] = "America/Sao_Paulo", ["BST"] = "Asia/Dhaka",
        ["CAT"] = "Africa/Harare", ["CNT"] = "America/St_Johns", ["CST"] = "America/Chicago", ["CTT"] = "Asia/Shanghai",
        ["EAT"] = "Africa/Addis_Ababa", ["ECT"] = "Europe/Paris", ["EST"] = "-05:00", ["HST"] = "-10:00",
        ["IET"] = "America/Indiana/Indianapolis", ["IST"] = "Asia/Kolkata", ["JST"] = "Asia/Tokyo", ["MIT"] = "Pacific/Apia",
        ["MST"] = "-07:00", ["NET"] = "Asia/Yerevan", ["NST"] = "Pacific/Auckland", ["PLT"] = "Asia/Karachi",
        ["PNT"] = "America/Phoenix", ["PRT"] = "America/Puerto_Rico", ["PST"] = "America/Los_Angeles",
        ["SST"] = "Pacific/Guadalcanal", ["VST"] = "Asia/Ho_Chi_Minh",
    }.ToFrozenDictionary();

    /// <summary>Finds a zone, or returns null; short names are those of Java, such as PST.</summary>
    public static DateTimeZone? Find(string id, bool shortIds = false)
    {
        if (shortIds && ShortIds.TryGetValue(id, out string? full))
        {
            return Find(full);
        }

        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? Fixed(id);
    }

    /// <summary>Reads Z, +8, +08:00, +0800, +08:00:30 and the same behind UTC, GMT or UT.</summary>
    private static DateTimeZone? Fixed(string id)
    {
        ReadOnlySpan<char> rest = id.StartsWith("UTC", StringComparison.Ordinal) || id.StartsWith("GMT", StringComparison.Ordinal)
            ? id.AsSpan(3) : id.StartsWith("UT", StringComparison.Ordinal) ? id.AsSpan(2) : id;
        if (rest.Length == 0 || rest is "Z")
        {
            return DateTimeZone.Utc;
        }

        if (rest[0] is not ('+' or '-'))
        {
            return null;
        }

        int sign = rest[0] == '-' ? -1 : 1;
        rest = rest[1..];
        Span<int> parts = [0, 0, 0];
        int count = 0;
        while (!rest.IsEmpty && count < 3)
        {
            int digits = count == 0 && (rest.Length == 1 || (rest.Length > 1 && rest[1] == ':')) ? 1 : 2;
            if (rest.Length < digits || !int.TryParse(rest[..digits], NumberStyles.None, null, out parts[count++]))
            {
                return null;
            }

            rest = rest[digits..];
            if (!rest.IsEmpty && rest[0] == ':')
            {
                rest = rest[1..];
                if (rest.IsEmpty)
                {
                    return null;
                }
            }
        }

        return rest.IsEmpty && parts[0] <= 18 && parts[1] < 60 && parts[2] < 60
            ? DateTimeZone.ForOffset(Offset.FromSeconds(sign * ((parts[0] * 3600) + (parts[1] * 60) + parts[2]))) : null;
    }
}

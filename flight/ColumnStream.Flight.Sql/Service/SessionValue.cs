using System;
using System.Collections.Generic;
using ColumnStream.Flight.Protos;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Maps values of session options between messages and objects: text, bool, long, double, lists of texts, null for none.
/// </summary>
internal static class SessionValue
{
    /// <summary>Gives the object of a message.</summary>
    public static object? FromMessage(SessionOptionValue message) => message.OptionValueCase switch
    {
        SessionOptionValue.OptionValueOneofCase.StringValue => message.StringValue,
        SessionOptionValue.OptionValueOneofCase.BoolValue => message.BoolValue,
        SessionOptionValue.OptionValueOneofCase.Int64Value => message.Int64Value,
        SessionOptionValue.OptionValueOneofCase.DoubleValue => message.DoubleValue,
        SessionOptionValue.OptionValueOneofCase.StringListValue => new List<string>(message.StringListValue.Values),
        _ => null,
    };

    /// <summary>Gives the message of an object.</summary>
    public static SessionOptionValue ToMessage(object value)
    {
        switch (value)
        {
            case string text:
                return new SessionOptionValue { StringValue = text };
            case bool flag:
                return new SessionOptionValue { BoolValue = flag };
            case int or long:
                return new SessionOptionValue { Int64Value = Convert.ToInt64(
                    value, System.Globalization.CultureInfo.InvariantCulture) };
            case double number:
                return new SessionOptionValue { DoubleValue = number };
            case IEnumerable<string> items:
                var list = new SessionOptionValue.Types.StringListValue();
                list.Values.Add(items);
                return new SessionOptionValue { StringListValue = list };
            default:
                throw new ArgumentException($"Session option cannot hold a {value.GetType().Name}.", nameof(value));
        }
    }
}

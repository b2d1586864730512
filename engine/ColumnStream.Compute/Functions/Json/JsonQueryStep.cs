using System.Buffers;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Takes an array or object out of each row's text.</summary>
/// <param name="json">The texts.</param>
/// <param name="path">The paths.</param>
/// <param name="wrapper"><c>WITHOUT</c>, <c>CONDITIONAL</c> or <c>UNCONDITIONAL</c>.</param>
/// <param name="onEmpty">What stands for nothing.</param>
/// <param name="onError">What stands for an error.</param>
/// <param name="type">STRING or an ARRAY type.</param>
/// <param name="item">A register of the elements' layout, in which one element is converted; -1 for STRING.</param>
internal sealed unsafe class JsonQueryStep(
    int json, int path, string wrapper, JsonFallback onEmpty, JsonFallback onError, SqlType type, int item) : RowStep
{
    private readonly JsonLookup _lookup = new();
    private readonly ArrayWriter? _array = item < 0 ? null : new ArrayWriter(Layouts.Of(type.Element!));

    protected override byte* Validity(Frame frame) => frame.And(Result, frame[json].Valid, frame[path].Valid);

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) != 0)
            {
                Compute(frame, row);
            }
        }
    }

    private void Compute(Frame frame, int row)
    {
        Utf8 text = frame.Text(frame[json], row);
        JsonFound found = _lookup.Find(text, frame.Text(frame[path], row));
        bool isWrapped = wrapper == "UNCONDITIONAL" || (wrapper == "CONDITIONAL" && found == JsonFound.Value && !_lookup.IsArray);
        if (found == JsonFound.Value && !isWrapped && _lookup.IsScalar)
        {
            if (!_lookup.Path.IsLax)
            {
                Fallback(frame, row, onError, $"Path finds neither array nor object: '{_lookup.Path.Text}'");
                return;
            }

            found = JsonFound.Empty;
        }

        if (found == JsonFound.Empty)
        {
            Fallback(frame, row, onEmpty, "Its result is empty");
        }
        else if (found == JsonFound.Error)
        {
            Fallback(frame, row, onError, onError.Kind == "ERROR" ? _lookup.Why(text) : string.Empty);
        }
        else if (_array is null)
        {
            Text(frame, row, isWrapped);
        }
        else if (!TryArray(frame, row, isWrapped))
        {
            _array.Clear();
            Fallback(frame, row, onError, $"Value does not fit {type.WithNullable(true)}: '{_lookup.Path.Text}'");
        }
    }

    private void Fallback(Frame frame, int row, JsonFallback fallback, string why)
    {
        switch (fallback.Kind)
        {
            case "NULL":
                Missing(frame, row);
                break;
            case "ERROR":
                Fail(frame, row, $"JSON_QUERY failed. {why}.");
                break;
            default:
                Utf8 empty = _array is not null
                    ? _array.Finish(frame) : frame.Copy(fallback.Kind == "EMPTY ARRAY" ? "[]"u8 : "{}"u8);
                Frame.Store(frame[Result], row, empty);
                break;
        }
    }

    private void Text(Frame frame, int row, bool isWrapped)
    {
        JsonWriter writer = _lookup.Writer;
        writer.Output.ResetWrittenCount();
        writer.Output.Write(isWrapped ? "["u8 : default);
        writer.Write(_lookup.Tape, _lookup.Path, _lookup.All);
        writer.Output.Write(isWrapped ? "]"u8 : default);
        Frame.Store(frame[Result], row, frame.Copy(writer.Output.WrittenSpan));
    }

    private bool TryArray(Frame frame, int row, bool isWrapped)
    {
        JsonTape tape = _lookup.Tape;
        if (isWrapped)
        {
            if (!_lookup.Path.IsDefinite || !TryItem(frame, _lookup.First))
            {
                return false;
            }
        }
        else if (!_lookup.Path.IsDefinite)
        {
            foreach (JsonMatch match in _lookup.All)
            {
                if (!TryItem(frame, match))
                {
                    return false;
                }
            }
        }
        else if (!_lookup.IsArray || !TryItems(frame, tape, _lookup.First.Node))
        {
            return false;
        }

        Frame.Store(frame[Result], row, _array!.Finish(frame));
        return true;
    }

    private bool TryItems(Frame frame, JsonTape tape, int array)
    {
        for (int child = array + 1; child < tape[array].End; child = tape[child].End)
        {
            if (!TryItem(frame, new JsonMatch(child, null, 0)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds one element: NULL for null, STRING for anything, other types where the value fits.</summary>
    private bool TryItem(Frame frame, in JsonMatch match)
    {
        JsonTape tape = _lookup.Tape;
        JsonKind kind = match.Node < 0 ? JsonKind.Integer : tape[match.Node].Kind;
        if (kind == JsonKind.Null)
        {
            _array!.AddNull();
            return type.Element!.Nullable;
        }

        JsonWriter writer = _lookup.Writer;
        writer.Output.ResetWrittenCount();
        if (match.Node >= 0 && match.Names is null && tape[match.Node].IsScalar)
        {
            writer.WriteText(tape, match.Node);
        }
        else
        {
            writer.Write(tape, match);
        }

        if (type.Element!.IsText)
        {
            _array!.Add(writer.Output.WrittenSpan);
            return true;
        }

        ref Register register = ref frame[item];
        register.Data[0] = 0;
        if (kind >= JsonKind.Array || !JsonConversion.TryStore(frame, item, 0, type.Element, writer.Output.WrittenSpan, kind))
        {
            return false;
        }

        ArgumentReader.Add(frame, register, 0, _array!);
        return true;
    }
}

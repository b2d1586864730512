using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Takes a scalar out of each row's text and converts it.</summary>
internal sealed unsafe class JsonValueStep(int json, int path, JsonFallback onEmpty, JsonFallback onError, SqlType type) : RowStep
{
    private readonly JsonLookup _lookup = new();

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
        if (found == JsonFound.Value && !_lookup.IsScalar)
        {
            if (_lookup.Path.IsLax)
            {
                found = JsonFound.Empty;
            }
            else
            {
                Error(frame, row, onError.Kind == "ERROR" ? $"Path finds no scalar: '{_lookup.Path.Text}'" : string.Empty);
                return;
            }
        }

        switch (found)
        {
            case JsonFound.Value:
                Value(frame, row);
                break;
            case JsonFound.Empty:
                Empty(frame, row);
                break;
            default:
                Error(frame, row, onError.Kind == "ERROR" ? _lookup.Why(text) : string.Empty);
                break;
        }
    }

    private void Value(Frame frame, int row)
    {
        JsonMatch match = _lookup.First;
        JsonTape tape = _lookup.Tape;
        _lookup.Writer.Output.ResetWrittenCount();
        JsonKind kind = JsonKind.Integer;
        ReadOnlySpan<byte> value;
        if (match.Node >= 0 && !tape[match.Node].IsEscaped && (!type.IsText || IsOwnText(tape, match.Node)))
        {
            kind = tape[match.Node].Kind;
            value = tape.Raw(match.Node);
        }
        else
        {
            kind = match.Node >= 0 ? tape[match.Node].Kind : kind;
            if (match.Node >= 0)
            {
                _lookup.Writer.WriteText(tape, match.Node);
            }
            else
            {
                _lookup.Writer.Write(tape, match);
            }

            value = _lookup.Writer.Output.WrittenSpan;
        }

        if (!JsonConversion.TryStore(frame, Result, row, type, value, kind))
        {
            string why = $"Cannot cast a value to {type.WithNullable(true)}: '{_lookup.Path.Text}'";
            Error(frame, row, onError.Kind == "ERROR" ? why : string.Empty);
        }
    }

    /// <summary>Tells whether the text of a scalar without escapes is its canonical text: not so for fractions and -0.</summary>
    private static bool IsOwnText(JsonTape tape, int node) =>
        tape[node].Kind != JsonKind.Decimal && (tape[node].Kind != JsonKind.Integer || !tape.Raw(node).SequenceEqual("-0"u8));

    private void Empty(Frame frame, int row)
    {
        if (onEmpty.Kind == "ERROR")
        {
            Fail(frame, row, "JSON_VALUE failed. Its result is empty.");
        }
        else if (onEmpty.Kind == "NULL")
        {
            Missing(frame, row);
        }
        else if (!TryDefault(frame, row, onEmpty))
        {
            Error(frame, row, $"DEFAULT ON EMPTY cannot be cast to {type.WithNullable(true)}");
        }
    }

    private void Error(Frame frame, int row, string why)
    {
        if (onError.Kind == "ERROR")
        {
            Fail(frame, row, $"JSON_VALUE failed. {why}.");
        }
        else if (onError.Kind == "NULL")
        {
            Missing(frame, row);
        }
        else if (!TryDefault(frame, row, onError))
        {
            Fail(frame, row, $"JSON_VALUE failed. DEFAULT ON ERROR cannot be cast to {type.WithNullable(true)}.");
        }
    }

    private bool TryDefault(Frame frame, int row, JsonFallback fallback)
    {
        ref Register source = ref frame[fallback.Register];
        if (source.Valid is not null && !Bitmap.Get(source.Valid, row))
        {
            Missing(frame, row);
            return true;
        }

        ref Register result = ref frame[Result];
        if (fallback.IsText)
        {
            return JsonConversion.TryStore(frame, Result, row, type, frame.Text(source, row).Span, JsonKind.String);
        }

        if (result.Layout == Layout.Bit)
        {
            Write(result, row, Bitmap.Get(source.Data, row));
            return true;
        }

        int width = Layouts.Width(result.Layout);
        Unsafe.CopyBlock(result.Data + (row * width), source.Data + (row * width), (uint)width);
        return true;
    }
}

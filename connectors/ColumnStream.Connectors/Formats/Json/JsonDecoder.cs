using System;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Decodes one JSON object a line straight into columns, predicting each key from the records before.</summary>
/// <remarks>
/// The predicted path may only say yes: every byte is matched by a learned text or parsed as a value. On any no the
/// record is read again from its first byte by the general grammar, and only that may call it wrong.
/// </remarks>
internal unsafe class JsonDecoder : BlockDecoder
{
    private readonly JsonRecordReader _reader;
    private readonly bool _ignoresErrors;
    private readonly bool _checks;
    private readonly bool _predicts;
    private readonly int _maxRows;

    public JsonDecoder(FormatContext context, JsonOptions options, bool predicts = true, bool checks = false)
        : base(context)
    {
        _checks = checks;
        _reader = new JsonRecordReader(Columns, options);
        _ignoresErrors = options.IgnoreParseErrors;
        _predicts = predicts;
        _maxRows = context.MaxRows;
    }

    private protected override bool DecodeBlock(byte* stop)
    {
        ColumnSet columns = Columns;
        byte* p = Cursor;
        while (p < stop && columns.Rows < _maxRows)
        {
            if (_predicts && *p == '{')
            {
                byte* end = _reader.Predicted(p, columns.Rows);
                if (end is not null && *end == '\n' && (!_checks || Accept(columns.Rows, p)))
                {
                    columns.Rows++;
                    CurrentLine++;
                    p = end + 1;
                    continue;
                }

                columns.RollbackRow();
            }

            bool good = ReadLine(p, out p);
            if (!good)
            {
                Cursor = p;
                CurrentLine++;
                return false;
            }

            CurrentLine++;
        }

        Cursor = p;
        return true;
    }

    /// <summary>Reads one line by the general grammar: a record, a blank line, or an error.</summary>
    private bool ReadLine(byte* record, out byte* next)
    {
        byte* p = SkipBlank(record);
        if (*p == '\n')
        {
            next = p + 1;
            return true;
        }

        byte* end = _reader.General(p, Columns.Rows);
        ref JsonFault fault = ref _reader.Fault;
        if (end is not null)
        {
            end = JsonGrammar.SkipWhite(end);
            if (*end == '\n' && (!_checks || Accept(Columns.Rows, p)))
            {
                Columns.Rows++;
                next = end + 1;
                return true;
            }

            fault.Set(DecodeErrorCode.Syntax, end, null, "text after the record's closing brace");
        }

        Columns.RollbackRow();
        byte* newline = record;
        while (*newline != '\n')
        {
            newline += new ReadOnlySpan<byte>(newline, (int)Math.Min(Limit - newline, int.MaxValue)).IndexOf((byte)'\n');
        }

        next = newline + 1;
        if (_ignoresErrors)
        {
            IgnoredRecords++;
            return true;
        }

        Fail(record, fault.At, newline, fault.Code, fault.Column?.Path ?? string.Empty, fault.Describe(newline));
        return false;
    }

    /// <summary>Skips white space, and what else stands for no record up to the line feed.</summary>
    private protected virtual byte* SkipBlank(byte* p) => JsonGrammar.SkipWhite(p);

    /// <summary>Checks a record that was read into a row; one that is refused says why by <see cref="Accuse"/>.</summary>
    private protected virtual bool Accept(int row, byte* record) => true;

    /// <summary>Notes what is wrong with a record whose text is right; returns false.</summary>
    private protected bool Accuse(byte* at, DecodeErrorCode code, DecodeColumn? column, string detail)
    {
        _reader.Fault.Set(code, at, column, detail);
        return false;
    }
}

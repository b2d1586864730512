using System.Numerics;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Holds steps that run over elements instead of rows: from one register to another.</summary>
/// <param name="Steps">The steps, in order.</param>
/// <param name="Input">The register that takes elements.</param>
/// <param name="Active">The bitmap register of elements that count.</param>
/// <param name="Output">The register that has the results.</param>
internal sealed record ElementProgram(Step[] Steps, int Input, int Active, int Output);

/// <summary>
/// Converts arrays element by element: lays the elements of all rows behind each other and runs the steps of the
/// element's cast over tiles of them.
/// </summary>
/// <param name="source">The register of arrays.</param>
/// <param name="from">Layout of its elements.</param>
/// <param name="program">What converts elements.</param>
/// <param name="to">Layout of the result's elements.</param>
/// <param name="failsWhole">Whether an element that became NULL makes its array NULL, as TRY_CAST wants.</param>
internal sealed unsafe class ArrayCastStep(
    int source, Layout from, ElementProgram program, Layout to, bool failsWhole) : RowStep
{
    private readonly ArrayWriter _writer = new(to);
    private readonly int[] _rows = new int[Frame.TileRows];
    private readonly int[] _counts = new int[Frame.TileRows];
    private readonly int[] _owners = new int[Frame.TileRows];
    private readonly bool[] _wasNull = new bool[Frame.TileRows];
    private int _rowCount;
    private int _open;
    private int _filled;
    private bool _failed;

    protected override byte* Validity(Frame frame) => frame[source].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        _rowCount = 0;
        _open = 0;
        _filled = 0;
        _failed = false;
        _writer.Clear();
        Start(frame);
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                AddRow(frame, (w * 64) + BitOperations.TrailingZeroCount(bits));
            }
        }

        Flush(frame);
        Close(frame);
    }

    private void AddRow(Frame frame, int row)
    {
        var array = new ArrayValue(frame.Text(frame[source], row), from);
        int place = _rowCount++;
        _rows[place] = row;
        _counts[place] = array.Count;
        for (int i = 0; i < array.Count; i++)
        {
            bool isNull = array.IsNull(i);
            ref Register input = ref frame[program.Input];
            _owners[_filled] = row;
            _wasNull[_filled] = isNull;
            Bitmap.Write(input.HomeValid, _filled, !isNull);
            if (isNull)
            {
                ArgumentReader.LoadNothing(input, _filled);
            }
            else
            {
                ArgumentReader.Load(array, i, input, _filled);
            }

            if (++_filled == Frame.TileRows)
            {
                Flush(frame);
            }
        }
    }

    private void Start(Frame frame)
    {
        ref Register input = ref frame[program.Input];
        input.Data = input.Home;
        input.Valid = input.HomeValid;
    }

    /// <summary>Converts the elements gathered and gives them to their arrays.</summary>
    private void Flush(Frame frame)
    {
        if (_filled == 0)
        {
            return;
        }

        // Branch 0 of the inner steps is the elements, not the rows.
        byte* active = frame[program.Active].Data;
        new System.Span<byte>(active, Frame.BitmapBytes).Clear();
        Bitmap.Fill(active, _filled);
        byte* outer = frame[0].Data;
        int rows = frame.Rows;
        frame[0].Data = active;
        frame.Rows = _filled;
        try
        {
            foreach (Step step in program.Steps)
            {
                step.Run(frame);
            }
        }
        catch (EvaluationException error)
        {
            int row = _owners[error.RowIndex - frame.FirstRow];
            throw new EvaluationException(error.Message, error.Location, frame.FirstRow + row);
        }
        finally
        {
            frame.Rows = rows;
            frame[0].Data = outer;
        }

        ref Register output = ref frame[program.Output];
        for (int i = 0; i < _filled; i++)
        {
            Close(frame);
            _failed |= failsWhole && !_wasNull[i] && ArgumentReader.IsNull(output, i);
            ArgumentReader.Add(frame, output, i, _writer);
        }

        _filled = 0;
    }

    /// <summary>Finishes arrays that have all their elements.</summary>
    private void Close(Frame frame)
    {
        while (_open < _rowCount && _writer.Count == _counts[_open])
        {
            int row = _rows[_open++];
            if (_failed)
            {
                _failed = false;
                _writer.Clear();
                Missing(frame, row);
            }
            else
            {
                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }
}

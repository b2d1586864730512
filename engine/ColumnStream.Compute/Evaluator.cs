using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute;

/// <summary>
/// Evaluates bound expressions over batches of one schema in tiles of 512 rows, reusing its scratch. One thread.
/// </summary>
public sealed unsafe class Evaluator : IDisposable
{
    private readonly BufferAllocator _allocator;
    private readonly Frame _frame;
    private readonly Step[] _steps;
    private readonly (int Register, int Column)[] _columns;
    private readonly int[] _results;
    private readonly Output?[] _outputs;
    private readonly int[] _sharedColumns;
    private readonly int[] _sources;
    private readonly NativeBuffer _scratch;
    private readonly List<NativeBuffer> _constants = [];
    private readonly int _permanentBuffers;
    private readonly bool _hasOutputs;

    /// <summary>Compiles <paramref name="expressions"/> over columns of <paramref name="input"/>, constants folded.</summary>
    public Evaluator(
        ValueList<BoundExpression> expressions, Schema input, BufferAllocator allocator, EvaluatorOptions options)
        : this(ConstantFolder.FoldAll(expressions), input, allocator, options, KernelChoice.Scalar)
    {
    }

    internal Evaluator(
        ValueList<BoundExpression> expressions,
        Schema input,
        BufferAllocator allocator,
        EvaluatorOptions options,
        bool scalar)
    {
        _allocator = allocator;
        var compiler = new ProgramCompiler(options);
        _results = new int[expressions.Count];
        _sharedColumns = new int[expressions.Count];
        for (int i = 0; i < _results.Length; i++)
        {
            _sharedColumns[i] = expressions[i] is ColumnExpression column ? column.Index : -1;
            _results[i] = compiler.CompileInPlace(expressions[i], 0);
        }

        _steps = [.. compiler.Steps];
        _columns = [.. compiler.Columns];
        var registers = new Register[compiler.Registers.Count];
        _scratch = Place(registers, compiler, allocator);
        _frame = new Frame(registers, options, allocator, scalar);
        try
        {
            FillConstants(compiler);
        }
        catch
        {
            Dispose();
            throw;
        }

        _permanentBuffers = _frame.BufferCount;
        _outputs = new Output?[_results.Length];
        _sources = new int[_results.Length];
        for (int i = 0; i < _outputs.Length; i++)
        {
            DataType type = expressions[i].Type.ToArrow();
            _sources[i] = FirstLike(expressions, i, type);
            if (_sharedColumns[i] < 0 && _sources[i] == i)
            {
                _outputs[i] = NewOutput(registers, _results[i], type);
                _hasOutputs = true;
            }
        }
    }

    /// <summary>Evaluates all expressions; each result has the batch's length and belongs to the caller.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="selection">Rows that count, or null for all; others mean nothing and cannot fail.</param>
    /// <param name="results">One array an expression; a plain column is shared, not copied.</param>
    /// <exception cref="EvaluationException">A selected row failed: division by zero, a bad cast.</exception>
    public void Evaluate(RecordBatch batch, Selection? selection, Span<ArrayData> results)
    {
        int done = 0;
        try
        {
            if (_hasOutputs)
            {
                RunOutputs(batch, selection);
            }

            for (; done < _results.Length; done++)
            {
                results[done] = Finish(done, batch, results);
            }
        }
        catch
        {
            for (int i = 0; i < done; i++)
            {
                results[i].Release();
            }

            foreach (Output? output in _outputs)
            {
                output?.Abandon();
            }

            throw;
        }
        finally
        {
            _frame.Forget(_permanentBuffers);
        }
    }

    /// <summary>Evaluates the only expression, a BOOLEAN, as a filter: writes the rows for which it is true.</summary>
    /// <param name="batch">Borrowed.</param>
    /// <param name="selection">Rows that count, or null for all.</param>
    /// <param name="survivors">Receives the surviving rows; has room for the batch's length.</param>
    public void Filter(RecordBatch batch, Selection? selection, Selection survivors)
    {
        int count = 0;
        int selected = 0;
        ulong* bits = stackalloc ulong[8];
        try
        {
            StartBatch();
            for (int row = 0; row < batch.Length; row += Frame.TileRows)
            {
                if (!StartTile(batch, selection, row, ref selected))
                {
                    continue;
                }

                RunSteps();
                Survivors(bits);
                count += SelectionKernel.Run((byte*)bits, _frame.Rows, row, survivors.Pointer + count, _frame.Scalar);
            }

            survivors.Count = count;
        }
        finally
        {
            _frame.Forget(_permanentBuffers);
        }
    }

    /// <summary>Gives scratch memory back.</summary>
    public void Dispose()
    {
        _frame.Dispose();
        _scratch.Release();
        foreach (NativeBuffer constant in _constants)
        {
            constant.Release();
        }

        _constants.Clear();
    }

    private void FillConstants(ProgramCompiler compiler)
    {
        foreach ((int register, LiteralExpression literal) in compiler.Constants)
        {
            if (Literal.Fill(ref _frame[register], literal, _allocator) is { } buffer)
            {
                _constants.Add(buffer);
                _frame[register].BufferBase = _frame.AddBuffer(buffer);
            }
        }
    }

    /// <summary>Lays out one tile of scratch for each register: data, 64 spare bytes, validity.</summary>
    private static NativeBuffer Place(Register[] registers, ProgramCompiler compiler, BufferAllocator allocator)
    {
        long bytes = 0;
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i].Layout = compiler.Registers[i];
            bytes += ScratchBytes(registers[i].Layout);
        }

        NativeBuffer scratch = allocator.AllocateZeroed(bytes);
        byte* at = scratch.Pointer;
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i].HomeValid = at;
            registers[i].Home = registers[i].Data = at + Frame.BitmapBytes;
            at += ScratchBytes(registers[i].Layout);
        }

        return scratch;
    }

    // The odd 64 bytes also keep registers from starting at equal offsets of a 4 KiB page.
    private static long ScratchBytes(Layout layout) => (Frame.BitmapBytes * 2) + (layout is Layout.Bit or Layout.Nested
        ? Frame.BitmapBytes : Frame.TileRows * Layouts.Width(layout));

    /// <summary>Finds the first expression that has the same register and column type.</summary>
    private int FirstLike(ValueList<BoundExpression> expressions, int index, DataType type)
    {
        for (int i = 0; i < index; i++)
        {
            if (_results[i] == _results[index] && _sharedColumns[i] < 0 && expressions[i].Type.ToArrow() == type)
            {
                return i;
            }
        }

        return index;
    }

    private Output NewOutput(Register[] registers, int register, DataType type)
    {
        Layout layout = registers[register].Layout;
        bool isNested = NestedCodec.IsNested(type);
        NestedDecoder? decoder = isNested && layout != Layout.Nested ? NestedDecoder.Create(type) : null;
        return new Output(register, type, layout, IsStepResult(register) && !isNested, decoder);
    }

    private bool IsStepResult(int register)
    {
        foreach (Step step in _steps)
        {
            if (step.Result == register)
            {
                return true;
            }
        }

        return false;
    }

    private void StartBatch()
    {
        _frame.RowMillis = _frame.Options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _frame.NowMillis = _frame.Options.QueryMillis ?? _frame.RowMillis;
    }

    private void RunOutputs(RecordBatch batch, Selection? selection)
    {
        StartBatch();
        foreach (Output? output in _outputs)
        {
            output?.Begin(batch.Length, _allocator);
        }

        int selected = 0;
        for (int row = 0; row < batch.Length; row += Frame.TileRows)
        {
            bool any = StartTile(batch, selection, row, ref selected);
            foreach (Output? output in _outputs)
            {
                if (any)
                {
                    output?.Point(_frame);
                }
                else
                {
                    output?.Skip(_frame, batch.Length, _allocator);
                }
            }

            if (!any)
            {
                continue;
            }

            RunSteps();
            foreach (Output? output in _outputs)
            {
                output?.Take(_frame, batch.Length, _allocator);
            }
        }
    }

    /// <summary>
    /// Points columns at the tile and writes the bitmap of rows that count; false when there is none.
    /// </summary>
    private bool StartTile(RecordBatch batch, Selection? selection, int row, ref int selected)
    {
        _frame.FirstRow = row;
        _frame.Rows = Math.Min(Frame.TileRows, batch.Length - row);
        byte* active = _frame[0].Data;
        if (selection is null)
        {
            new Span<byte>(active, Frame.BitmapBytes).Clear();
            Bitmap.Fill(active, _frame.Rows);
        }
        else
        {
            int used = SelectionKernel.ToBits(
                selection.Pointer + selected, selection.Count - selected, row, active);
            selected += used;
            if (used == 0)
            {
                return false;
            }
        }

        foreach ((int register, int column) in _columns)
        {
            _frame.Point(register, batch.Columns[column]);
        }

        return true;
    }

    private void RunSteps()
    {
        int at = 0;
        try
        {
            for (; at < _steps.Length; at++)
            {
                _steps[at].Run(_frame);
            }
        }
        catch (TextLengthException error)
        {
            throw _steps[at].TooLong(_frame, error);
        }
        catch (RegexMatchTimeoutException)
        {
            throw _steps[at].Failed(_frame, "Pattern takes too long: 2 seconds on one text.");
        }
        catch (JavaPatternException error)
        {
            throw _steps[at].Failed(_frame, error.Message);
        }
    }

    private void Survivors(ulong* bits)
    {
        ref Register truth = ref _frame[_results[0]];
        for (int w = 0; w < 8; w++)
        {
            ulong valid = truth.Valid is null ? ulong.MaxValue : ((ulong*)truth.Valid)[w];
            bits[w] = ((ulong*)truth.Data)[w] & valid & ((ulong*)_frame[0].Data)[w];
        }
    }

    private ArrayData Finish(int index, RecordBatch batch, Span<ArrayData> results)
    {
        if (_sharedColumns[index] >= 0)
        {
            return batch.Columns[_sharedColumns[index]].Retain();
        }

        return _outputs[index] is { } output
            ? output.Finish(_frame, batch.Length, _allocator)
            : results[_sources[index]].Retain();
    }
}

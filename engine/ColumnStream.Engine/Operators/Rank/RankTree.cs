using System.Runtime.CompilerServices;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Keeps the rows of each partition in order, in a treap whose links stand in the rows: O(log n) a change.</summary>
/// <remarks>
/// <code>
/// links   left slot u32 | right slot u32
/// sizes   rows below and here, copies counted u32 | distinct order keys below and here u32
/// </code>
/// Rows equal in order stand in the order in which they came. A node's priority is a mix of its slot. Positions begin at 1.
/// </remarks>
internal sealed unsafe class RankTree(RankRows rows, bool countsKeys)
{
    private readonly RowStore _store = rows.Table.Rows;
    private readonly RowOrder _order = rows.Order;
    private readonly int _links = rows.Links;
    private readonly int _sizes = rows.Sizes;
    private readonly int _word = rows.Word;
    private readonly int _sequence = rows.Sequence;
    private readonly int _count = rows.Count;

    /// <summary>Returns the rows of a tree, copies counted.</summary>
    public uint Size(uint root) => root == 0 ? 0 : SizeOf(_store.Row(root));

    /// <summary>Returns the distinct order keys of a tree.</summary>
    public uint Keys(uint root) => root == 0 ? 0 : KeysOf(_store.Row(root));

    /// <summary>Returns the last row of a tree that has one.</summary>
    public uint Last(uint root)
    {
        for (uint next = *Right(_store.Row(root)); next != 0; next = *Right(_store.Row(root)))
        {
            root = next;
        }

        return root;
    }

    /// <summary>Puts a row that stands in no tree into one.</summary>
    public void Insert(ref uint root, uint slot)
    {
        byte* row = _store.Row(slot);
        bool isFirst = countsKeys && Lead(root, row);
        Links(row) = 0;
        Sizes(row) = (uint)CopiesOf(row) | (isFirst ? 1UL << 32 : 0);
        Marked(row) = isFirst;
        fixed (uint* link = &root)
        {
            Insert(link, slot, row);
        }
    }

    /// <summary>Takes a row out of its tree.</summary>
    public void Remove(ref uint root, uint slot)
    {
        byte* row = _store.Row(slot);
        fixed (uint* start = &root)
        {
            uint* link = start;
            ulong gone = (uint)CopiesIn(row) | (Marked(row) ? 1UL << 32 : 0);
            while (*link != slot)
            {
                byte* node = _store.Row(*link);
                Sizes(node) -= gone;
                link = Compare(row, node) < 0 ? Left(node) : Right(node);
            }

            *link = Join(*Left(row), *Right(row));
        }

        if (countsKeys && Marked(row) && Select(root, Before(root, row) + 1, out _) is not 0 and uint next
            && SameKey(_store.Row(next), row))
        {
            Mark(root, next, true);
        }

        Links(row) = 0;
    }

    /// <summary>Takes over a changed number of copies of a row that stands in a tree.</summary>
    public void Resize(uint root, uint slot)
    {
        byte* row = _store.Row(slot);
        int change = CopiesOf(row) - CopiesIn(row);
        byte* node = _store.Row(root);
        for (uint at = root; at != slot; node = _store.Row(at))
        {
            AddSize(node, change);
            at = Compare(row, node) < 0 ? *Left(node) : *Right(node);
        }

        AddSize(node, change);
    }

    /// <summary>Counts the rows before a row, whether it stands in the tree or not.</summary>
    public uint Before(uint root, byte* row)
    {
        uint before = 0;
        while (root != 0)
        {
            byte* node = _store.Row(root);
            if (Compare(row, node) <= 0)
            {
                root = *Left(node);
            }
            else
            {
                before += SizeOf(node) - Size(*Right(node));
                root = *Right(node);
            }
        }

        return before;
    }

    /// <summary>Counts the rows, and the distinct keys, before all rows that are equal to one in order.</summary>
    public uint BeforeKey(uint root, byte* row, out uint keys)
    {
        uint before = 0;
        keys = 0;
        while (root != 0)
        {
            byte* node = _store.Row(root);
            if (CompareKeys(row, node) <= 0)
            {
                root = *Left(node);
            }
            else
            {
                before += SizeOf(node) - Size(*Right(node));
                keys += KeysOf(node) - Keys(*Right(node));
                root = *Right(node);
            }
        }

        return before;
    }

    /// <summary>Returns the row at a position and the position of its first copy; 0 behind the end.</summary>
    public uint Select(uint root, uint position, out uint first)
    {
        uint before = 0;
        while (root != 0)
        {
            byte* node = _store.Row(root);
            uint left = Size(*Left(node));
            uint here = SizeOf(node) - Size(*Right(node));
            if (position <= before + left)
            {
                root = *Left(node);
            }
            else if (position <= before + here)
            {
                first = before + left + 1;
                return root;
            }
            else
            {
                before += here;
                root = *Right(node);
            }
        }

        first = 0;
        return 0;
    }

    /// <summary>Begins a walk at the row of a position: its way stands on <paramref name="path"/>, which <see cref="Next"/> follows.</summary>
    public void Walk(uint root, uint position, NativeList<uint> path, out uint first)
    {
        path.Count = 0;
        uint before = 0;
        first = 0;
        while (root != 0)
        {
            byte* node = _store.Row(root);
            uint left = Size(*Left(node));
            uint here = SizeOf(node) - Size(*Right(node));
            if (position <= before + here)
            {
                path.Add(root);
                if (position > before + left)
                {
                    first = before + left + 1;
                    return;
                }

                root = *Left(node);
            }
            else
            {
                before += here;
                root = *Right(node);
            }
        }
    }

    /// <summary>Returns the next row of a walk; 0 behind the last.</summary>
    public uint Next(NativeList<uint> path)
    {
        if (path.Count == 0)
        {
            return 0;
        }

        uint slot = path.Pop();
        for (uint next = *Right(_store.Row(slot)); next != 0; next = *Left(_store.Row(next)))
        {
            path.Add(next);
        }

        return slot;
    }

    /// <summary>Tells whether two rows are equal in order.</summary>
    public bool SameKey(byte* left, byte* right) => CompareKeys(left, right) == 0;

    private static uint Priority(uint slot)
    {
        ulong mixed = slot * 0x9E3779B97F4A7C15;
        return (uint)((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 >> 32);
    }

    private static uint Low(ulong sizes) => (uint)sizes;

    private void Insert(uint* link, uint slot, byte* row)
    {
        uint priority = Priority(slot);
        ulong sizes = Sizes(row);
        while (*link != 0)
        {
            byte* node = _store.Row(*link);
            if (Priority(*link) < priority)
            {
                break;
            }

            Sizes(node) += sizes;
            link = Compare(row, node) < 0 ? Left(node) : Right(node);
        }

        Split(*link, row, Left(row), Right(row));
        *link = slot;
        Sum(row);
    }

    /// <summary>Divides a tree into the rows before a row and those behind it.</summary>
    private void Split(uint root, byte* row, uint* before, uint* behind)
    {
        if (root == 0)
        {
            *before = 0;
            *behind = 0;
            return;
        }

        byte* node = _store.Row(root);
        ulong own = Own(node);
        if (Compare(row, node) < 0)
        {
            *behind = root;
            Split(*Left(node), row, before, Left(node));
        }
        else
        {
            *before = root;
            Split(*Right(node), row, Right(node), behind);
        }

        Sizes(node) = own + Below(node);
    }

    private uint Join(uint before, uint behind)
    {
        if (before == 0 || behind == 0)
        {
            return before | behind;
        }

        byte* left = _store.Row(before);
        byte* right = _store.Row(behind);
        if (Priority(before) >= Priority(behind))
        {
            Sizes(left) += Sizes(right);
            *Right(left) = Join(*Right(left), behind);
            return before;
        }

        Sizes(right) += Sizes(left);
        *Left(right) = Join(before, *Left(right));
        return behind;
    }

    /// <summary>Tells whether a row that comes in is the first of its key, and takes that from the row that was.</summary>
    private bool Lead(uint root, byte* row)
    {
        uint before = Before(root, row);
        if (before > 0 && SameKey(_store.Row(Select(root, before, out _)), row))
        {
            return false;
        }

        if (Select(root, before + 1, out _) is not 0 and uint next && SameKey(_store.Row(next), row))
        {
            Mark(root, next, false);
        }

        return true;
    }

    /// <summary>Makes a row the first of its key, or one of the others.</summary>
    private void Mark(uint root, uint slot, bool isFirst)
    {
        byte* row = _store.Row(slot);
        ulong change = isFirst ? 1UL << 32 : unchecked(0UL - (1UL << 32));
        byte* node = _store.Row(root);
        for (uint at = root; at != slot; node = _store.Row(at))
        {
            Sizes(node) += change;
            at = Compare(row, node) < 0 ? *Left(node) : *Right(node);
        }

        Sizes(node) += change;
        Marked(row) = isFirst;
    }

    /// <summary>Compares by order, then by when rows came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare(byte* left, byte* right)
    {
        ulong leftWord = *(ulong*)(left + _word);
        ulong rightWord = *(ulong*)(right + _word);
        return leftWord < rightWord ? -1 : leftWord > rightWord ? 1 : CompareTies(left, right, leftWord);
    }

    private int CompareTies(byte* left, byte* right, ulong word)
    {
        int order = _order.IsTie(word) ? 0 : _order.Compare(left, right);
        return order != 0 ? order : (*(long*)(left + _sequence)).CompareTo(*(long*)(right + _sequence));
    }

    private int CompareKeys(byte* left, byte* right)
    {
        ulong leftWord = *(ulong*)(left + _word);
        ulong rightWord = *(ulong*)(right + _word);
        return leftWord != rightWord ? (leftWord < rightWord ? -1 : 1) : _order.IsTie(leftWord) ? 0 : _order.Compare(left, right);
    }

    private void Sum(byte* row) => Sizes(row) += Below(row);

    private ulong Below(byte* row)
    {
        uint left = *Left(row);
        uint right = *Right(row);
        return (left == 0 ? 0 : Sizes(_store.Row(left))) + (right == 0 ? 0 : Sizes(_store.Row(right)));
    }

    private ulong Own(byte* row) => Sizes(row) - Below(row);

    private int CopiesIn(byte* row) => (int)Low(Own(row));

    private int CopiesOf(byte* row) => (int)*(long*)(row + _count);

    private void AddSize(byte* node, int change) => *(uint*)(node + _sizes) = (uint)((int)*(uint*)(node + _sizes) + change);

    private uint SizeOf(byte* node) => *(uint*)(node + _sizes);

    private uint KeysOf(byte* node) => *(uint*)(node + _sizes + 4);

    private uint* Left(byte* node) => (uint*)(node + _links);

    private uint* Right(byte* node) => (uint*)(node + _links + 4);

    private ref ulong Links(byte* node) => ref *(ulong*)(node + _links);

    private ref ulong Sizes(byte* node) => ref *(ulong*)(node + _sizes);

    private ref bool Marked(byte* node) => ref *(bool*)(node + rows.First);
}

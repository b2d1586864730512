using System.Runtime.CompilerServices;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Reads the fields of one FlatBuffers table whose vtable was checked.</summary>
internal readonly ref struct FlatTable
{
    private readonly FlatBufferReader _reader;
    private readonly int _vtable;
    private readonly int _vtableBytes;
    private readonly int _tableBytes;

    public FlatTable(FlatBufferReader reader, int position)
    {
        _reader = reader;
        Position = position;
        long vtable = position - (long)reader.Read<int>(position);
        if (vtable < 0 || vtable > reader.Length - 4)
        {
            throw reader.Error($"Metadata vtable stands outside: {vtable}, {reader.Length}.", position);
        }

        _vtable = (int)vtable;
        _vtableBytes = reader.Read<ushort>(_vtable);
        _tableBytes = reader.Read<ushort>(_vtable + 2);
        if (_vtableBytes < 4 || _vtableBytes > reader.Length - _vtable
            || _tableBytes < 4 || _tableBytes > reader.Length - position)
        {
            throw reader.Error($"Metadata table has impossible sizes: {_vtableBytes}, {_tableBytes}.", position);
        }
    }

    public int Position { get; }

    public FlatBufferReader Reader => _reader;

    public bool Has(int field) => Locate(field, 1) != 0;

    public T Get<T>(int field, T missing)
        where T : unmanaged
    {
        int position = Locate(field, Unsafe.SizeOf<T>());
        return position == 0 ? missing : _reader.Read<T>(position);
    }

    public FlatTable GetTable(int field, string name)
    {
        int position = Locate(field, 4);
        return position == 0
            ? throw _reader.Error($"Metadata lacks a required table: {name}.", Position)
            : new FlatTable(_reader, _reader.Follow(position));
    }

    public FlatVector GetVector(int field, int itemBytes)
    {
        int position = Locate(field, 4);
        return position == 0 ? default : _reader.ReadVector(position, itemBytes);
    }

    /// <summary>Opens item <paramref name="index"/> of a vector of tables.</summary>
    public FlatTable GetItem(FlatVector vector, int index) =>
        new(_reader, _reader.Follow(vector.Start + (index * 4)));

    public string? GetString(int field)
    {
        int position = Locate(field, 4);
        return position == 0 ? null : _reader.ReadString(position);
    }

    private int Locate(int field, int bytes)
    {
        int slot = 4 + (field * 2);
        if (slot + 2 > _vtableBytes)
        {
            return 0;
        }

        int offset = _reader.Read<ushort>(_vtable + slot);
        return offset == 0 ? 0
            : offset >= 4 && offset + bytes <= _tableBytes ? Position + offset
            : throw _reader.Error($"Metadata field stands outside its table: {offset}, {_tableBytes}.", Position);
    }
}

using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Takes schemas from other code of the process by the Arrow C data interface.</summary>
public static unsafe class CSchemaImporter
{
    private const int MaxDepth = 64;
    private const int MaxChildren = 1 << 20;
    private const int MaxText = 64 << 20;

    /// <summary>Copies a record type as a schema, and releases <paramref name="source"/> whatever happens.</summary>
    /// <exception cref="CDataException">It is not a schema that is understood here.</exception>
    public static Schema ImportSchema(CSchema* source)
    {
        Field field = ImportField(source);
        return field.Type.Id == TypeId.Struct
            ? new Schema(field.Type.Children) { Metadata = field.Metadata }
            : throw new CDataException($"Schema is not a record type: {field.Type}.");
    }

    /// <summary>Copies a field, and releases <paramref name="source"/> whatever happens.</summary>
    /// <exception cref="CDataException">It is not a type that is understood here.</exception>
    public static Field ImportField(CSchema* source)
    {
        if (source->Release is null)
        {
            throw new CDataException("Schema was already released.");
        }

        try
        {
            return Read(source, depth: 0);
        }
        finally
        {
            source->Release(source);
        }
    }

    private static Field Read(CSchema* source, int depth)
    {
        if (depth >= MaxDepth)
        {
            throw new CDataException($"Types are nested too deeply: {MaxDepth}.");
        }

        if (source is null || source->Format is null || source->ChildCount is < 0 or > MaxChildren
            || (source->ChildCount > 0 && source->Children is null))
        {
            throw new CDataException("Schema lacks its format or its children.");
        }

        var children = new Field[(int)source->ChildCount];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = Read(source->Children[i], depth + 1);
        }

        DataType type = CFormat.Read(Text(source->Format), children, keysSorted: (source->Flags & 4) != 0);
        if (source->Dictionary is not null)
        {
            DataType values = Read(source->Dictionary, depth + 1).Type;
            type = type.Id is >= TypeId.Int8 and <= TypeId.UInt64 && values.Id != TypeId.Dictionary
                ? DataType.Dictionary(type, values, isOrdered: (source->Flags & 1) != 0)
                : throw new CDataException($"Dictionary is of another form: {type}, {values}.");
        }

        return new Field(source->Name is null ? string.Empty : Text(source->Name), type, (source->Flags & 2) != 0)
        {
            Metadata = Unpack(source->Metadata),
        };
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private static ValueList<MetadataEntry> Unpack(byte* source)
    {
        int count = source is null ? 0 : Length(ref source);
        var entries = new MetadataEntry[count];
        for (int i = 0; i < count; i++)
        {
            string key = UnpackText(ref source);
            entries[i] = new MetadataEntry(key, UnpackText(ref source));
        }

        return ValueList.Create<MetadataEntry>(entries);
    }

    private static string UnpackText(ref byte* source)
    {
        int bytes = Length(ref source);
        string text = Encoding.UTF8.GetString(source, bytes);
        source += bytes;
        return text;
    }

    private static int Length(ref byte* source)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(source, 4));
        source += 4;
        return length is >= 0 and <= MaxText
            ? length
            : throw new CDataException($"Metadata has an impossible length: {length}.");
    }
}

using System.Collections.Generic;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Gives every dictionary of a schema a number; fields share one where they ask for it and their values' types are equal.</summary>
internal static class DictionaryNumbers
{
    public static Schema Assign(Schema schema)
    {
        var taken = new Dictionary<long, DataType>();
        Collect(schema.Fields, taken);
        long next = 0;
        return schema with { Fields = Assign(schema.Fields, taken, ref next) };
    }

    /// <summary>Tells whether any field holds a dictionary, at any depth.</summary>
    public static bool HasAny(ValueList<Field> fields)
    {
        foreach (Field field in fields.Span)
        {
            if (field.Type.Id == TypeId.Dictionary || HasAny(field.Type.Children))
            {
                return true;
            }
        }

        return false;
    }

    private static void Collect(ValueList<Field> fields, Dictionary<long, DataType> taken)
    {
        foreach (Field field in fields.Span)
        {
            Collect(field.Type.Children, taken);
            if (field.Type.Id == TypeId.Dictionary && field.DictionaryId is { } id)
            {
                taken.TryAdd(id, field.Type.Children[0].Type);
            }
        }
    }

    private static ValueList<Field> Assign(ValueList<Field> fields, Dictionary<long, DataType> taken, ref long next)
    {
        if (!HasAny(fields))
        {
            return fields;
        }

        var numbered = new Field[fields.Count];
        for (int i = 0; i < numbered.Length; i++)
        {
            Field field = fields[i];
            DataType type = field.Type with { Children = Assign(field.Type.Children, taken, ref next) };
            long? id = field.DictionaryId;
            if (type.Id == TypeId.Dictionary && (id is null || taken[id.Value] != field.Type.Children[0].Type))
            {
                while (!taken.TryAdd(next, field.Type.Children[0].Type))
                {
                    next++;
                }

                id = next;
            }

            numbered[i] = field with { Type = type, DictionaryId = type.Id == TypeId.Dictionary ? id : null };
        }

        return ValueList.Create<Field>(numbered);
    }
}

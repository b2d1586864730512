namespace ColumnStream.Arrow.Arrays;

/// <summary>Finds the items of a row in every layout of lists and maps.</summary>
public static unsafe class ListRows
{
    /// <summary>
    /// Gives the child and the range of a row, null rows included; false when <paramref name="array"/> holds no lists.
    /// </summary>
    public static bool TryFind(ArrayData array, int row, out ArrayData items, out int start, out int count)
    {
        long end;
        switch (array)
        {
            case ListArray a:
                items = a.Items;
                start = a.Offsets[row];
                end = a.Offsets[row + 1];
                break;
            case MapArray a:
                items = a.Entries;
                start = a.Offsets[row];
                end = a.Offsets[row + 1];
                break;
            case LargeListArray a:
                items = a.Items;
                start = (int)a.Offsets[row];
                end = a.Offsets[row + 1];
                break;
            case ListViewArray a:
                items = a.Items;
                start = a.GetOffset(row);
                end = (long)start + a.GetSize(row);
                break;
            case FixedSizeListArray a:
                items = a.Items;
                start = row * a.ListSize;
                end = (long)start + a.ListSize;
                break;
            default:
                items = array;
                start = 0;
                count = 0;
                return false;
        }

        count = (int)(end - start);
        return true;
    }
}

using System.Threading;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Server.Catalogs;

/// <summary>Holds the tables and views that all sessions of a process share, in numbered versions that do not change.</summary>
/// <remarks>A session changes its own copy and publishes it against the version that it began with: the first one wins. Thread-safe.</remarks>
internal sealed class SharedCatalog
{
    private readonly Lock _gate = new();
    private readonly CatalogStore? _store;
    private long _version;
    private CatalogContent _content;

    /// <summary>Begins with what the store holds, or with an empty catalog in memory.</summary>
    public SharedCatalog(CatalogContent empty, CatalogStore? store = null)
    {
        _content = empty;
        _store = store;
        if (store?.LoadNewest() is { } newest)
        {
            (_version, _content) = newest;
        }
    }

    /// <summary>Gets the newest version.</summary>
    public (long Version, CatalogContent Content) Current
    {
        get
        {
            lock (_gate)
            {
                return (_version, _content);
            }
        }
    }

    /// <summary>Makes contents the version behind <paramref name="basedOn"/>; false when somebody else did so first.</summary>
    /// <exception cref="Engine.Errors.ExternalException">The store failed; what it holds is read again at the next start.</exception>
    public bool TryPublish(long basedOn, CatalogContent content)
    {
        lock (_gate)
        {
            if (basedOn != _version)
            {
                return false;
            }

            if (_store?.TryPut(basedOn + 1, content) == false)
            {
                (_version, _content) = _store.LoadNewest() ?? (_version, _content);
                return false;
            }

            _version = basedOn + 1;
            _content = content;
            return true;
        }
    }
}

using System.Xml.Linq;
using Crucible.Data;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Crucible.Host.Security;

/// <summary>
/// Data Protection keys, shared by all hosts through the database. They seal antiforgery tokens and messages from one page to
/// the next; sessions and API tokens do not depend on them.
/// </summary>
internal sealed class KeyStore(Database db, TimeProvider time) : IXmlRepository
{
    // The interface is synchronous; it is asked at start and about once a day.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = db.Source.OpenConnection();
        return [.. connection.Query<string>("select xml from crucible.data_protection_key order by created_at").Select(xml => XElement.Parse(xml))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = db.Source.OpenConnection();
        connection.Execute("insert into crucible.data_protection_key (id, name, xml, created_at) values (@id, @friendlyName, @xml, @now)",
            new { id = Guid.CreateVersion7(), friendlyName, xml = element.ToString(SaveOptions.DisableFormatting), now = time.GetUtcNow() });
    }
}

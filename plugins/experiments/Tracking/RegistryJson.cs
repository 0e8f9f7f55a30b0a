using System.Globalization;
using System.Text.Json;
using Crucible.Experiments.Data;

namespace Crucible.Experiments.Tracking;

/// <summary>How the protocol writes registered models and their versions.</summary>
internal static class RegistryJson
{
    public static void Model(Utf8JsonWriter json, RegisteredModel model, RegisteredModelParts parts, ModelVersionParts versions)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, model.Name);
        json.WriteNumber("creation_timestamp"u8, model.CreatedMs);
        json.WriteNumber("last_updated_timestamp"u8, model.UpdatedMs);
        if (model.Description is not null)
            json.WriteString("description"u8, model.Description);
        if (parts.Latest.Contains(model.ModelId))
        {
            json.WriteStartArray("latest_versions"u8);
            foreach (var version in parts.Latest[model.ModelId])
                Version(json, version, versions);
            json.WriteEndArray();
        }
        json.Pairs("tags"u8, parts.Tags[model.ModelId]);
        if (parts.Aliases.Contains(model.ModelId))
        {
            json.WriteStartArray("aliases"u8);
            foreach (var (alias, version) in parts.Aliases[model.ModelId])
            {
                json.WriteStartObject();
                json.WriteString("alias"u8, alias);
                json.WriteString("version"u8, version.ToString(CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    public static void Version(Utf8JsonWriter json, ModelVersion version, ModelVersionParts parts)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, version.Name);
        json.WriteString("version"u8, version.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("creation_timestamp"u8, version.CreatedMs);
        json.WriteNumber("last_updated_timestamp"u8, version.UpdatedMs);
        json.WriteString("user_id"u8, version.UserId);
        json.WriteString("current_stage"u8, version.Stage);
        if (version.Description is not null)
            json.WriteString("description"u8, version.Description);
        json.WriteString("source"u8, version.Source);
        if (version.RunId is not null)
            json.WriteString("run_id"u8, version.RunId);
        json.WriteString("status"u8, "READY"u8);
        json.Pairs("tags"u8, parts.Tags[(version.ModelId, version.Version)]);
        if (version.RunLink is not null)
            json.WriteString("run_link"u8, version.RunLink);
        if (parts.Aliases.Contains((version.ModelId, version.Version)))
        {
            json.WriteStartArray("aliases"u8);
            foreach (var alias in parts.Aliases[(version.ModelId, version.Version)])
                json.WriteStringValue(alias);
            json.WriteEndArray();
        }
        if (version.LoggedModelId is not null)
            json.WriteString("model_id"u8, version.LoggedModelId);
        json.WriteEndObject();
    }
}

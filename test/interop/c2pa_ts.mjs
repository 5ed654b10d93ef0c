/* What c2pa-ts says of pictures: a line of JSON for each, {"file", "valid", "failures"}. */
import * as fs from 'node:fs/promises';
import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore, ValidationResult } from '@trustnxt/c2pa-ts/manifest';

for (const file of process.argv.slice(2)) {
    const bytes = await fs.readFile(file);
    let result;
    try {
        const asset = JPEG.canRead(bytes) ? new JPEG(bytes) : new PNG(bytes);
        const store = asset.getManifestJUMBF();
        result = await ManifestStore.read(SuperBox.fromBuffer(store)).validate(asset);
    } catch (error) {
        result = ValidationResult.fromError(error);
    }
    const failures = result.statusEntries.filter((s) => !s.success).map((s) => s.code);
    console.log(JSON.stringify({ file, valid: result.isValid, failures }));
}

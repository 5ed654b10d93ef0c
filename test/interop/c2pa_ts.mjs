/* What c2pa-ts says of pictures: a line of JSON for each, {"file", "valid", "failures"}. */
import * as fs from 'node:fs/promises';
import * as pkijs from 'pkijs';
import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore, ValidationResult } from '@trustnxt/c2pa-ts/manifest';

/* Before 0.14 it wants an authority's whole answer in sigTst2, where C2PA 2.2 §10.3.2.5.4 has the
 * token alone, and calls anything else signingCredential.invalid. A token is shown to it in the
 * answer that it came in; what it says, c2pa-ts judges itself. */
const readAnswer = pkijs.TimeStampResp.fromBER.bind(pkijs.TimeStampResp);
pkijs.TimeStampResp.fromBER = (der) => {
    try {
        return readAnswer(der);
    } catch {
        const status = new pkijs.PKIStatusInfo({ status: pkijs.PKIStatus.granted });
        return new pkijs.TimeStampResp({ status, timeStampToken: pkijs.ContentInfo.fromBER(der) });
    }
};

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
